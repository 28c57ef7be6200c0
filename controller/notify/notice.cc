// What one message says.
#include "controller/notify/notice.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/notice_reasons.h"
#include "config/notice_template.h"

namespace freshet {
namespace {

constexpr std::size_t kIdHashDigits = 8;
constexpr std::size_t kShortDigest = 12;

using Digests = std::map<std::string, std::string>;  // container → sha256:…

std::string full(const Digests& digests) {
  std::vector<std::string> out;
  for (const auto& [container, digest] : digests) out.push_back(digest);
  return join(out, ",");
}

std::string short_form(const Digests& digests) {
  std::vector<std::string> out;
  for (const auto& [container, digest] : digests) {
    out.push_back(digest.substr(digest.find(':') + 1, kShortDigest));
  }
  return join(out, "+");
}

std::string age(const NoticeStatus& what) {
  return what.image_created ? format_age(what.time - *what.image_created) : "";
}

std::string command(const ServiceKey& service) {
  return "freshet why " + service.name + " -n " + service.name_space;
}

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

// The sentence tells two of one reason in one pass apart, say two gates.
std::string notice_id(const Uid& service, std::int64_t seq, const Fact& fact) {
  return service.get() + "/" + std::to_string(seq) + "/" + fact.reason + "/" +
         sha256_hex(fact.message).substr(0, kIdHashDigits);
}

bool wants(const NotificationSink& sink, const Notice& notice) {
  if (!sink.namespaces.empty() && !has(sink.namespaces, notice.service.name_space)) return false;
  if (sink.reasons.empty()) return is_usual_reason(notice.what.reason);
  return has(sink.reasons, notice.what.reason) || has(sink.reasons, kEveryReason);
}

std::map<std::string, std::string> notice_texts(const Notice& notice,
                                                const NoticeSettings& settings) {
  const NoticeStatus& what = notice.what;
  std::map<std::string, std::string> texts = {
      {"id", what.id},
      {"time", format_rfc3339(what.time)},
      {"severity", what.warning ? "warning" : "info"},
      {"cluster", settings.cluster},
      {"namespace", notice.service.name_space},
      {"service", notice.service.name},
      {"reason", what.reason},
      {"message", what.message},
      {"phase", what.phase},
      {"percent", std::to_string(what.percent)},
      {"rollout", what.rollout},
      {"from", short_form(what.from_digests)},
      {"to", short_form(what.to_digests)},
      {"fromDigest", full(what.from_digests)},
      {"toDigest", full(what.to_digests)},
      {"image", what.image},
      {"age", age(what)},
      {"command", command(notice.service)},
  };
  if (!settings.link.empty()) {
    texts["link"] = fill_notice_template(settings.link, PlaceForm::kUrl, texts);
  }
  return texts;
}

Json notice_data(const Notice& notice, const NoticeSettings& settings) {
  const NoticeStatus& what = notice.what;
  Json data = Json::object();
  for (const auto& [name, text] : notice_texts(notice, settings)) {
    if (!text.empty()) data[name] = text;
  }
  for (const char* name : {"from", "to", "fromDigest", "toDigest", "age"}) data.erase(name);
  data["percent"] = what.percent;
  data["fromDigests"] = what.from_digests;
  data["toDigests"] = what.to_digests;
  if (what.image_created) {
    const Duration old = what.time - *what.image_created;
    data["imageCreated"] = format_rfc3339(*what.image_created);
    data["imageAgeSeconds"] = std::chrono::duration_cast<seconds>(old).count();
  }
  return data;
}

std::string headline(const Notice& notice, const NoticeSettings& settings) {
  std::string out = notice.what.warning ? "⚠ " : "";
  out += notice.what.reason + ": " + to_string(notice.service);
  return settings.cluster.empty() ? out : out + " (" + settings.cluster + ")";
}

std::vector<std::pair<std::string, std::string>> notice_lines(const Notice& notice) {
  const NoticeStatus& what = notice.what;
  std::vector<std::pair<std::string, std::string>> lines = {
      {"From", short_form(what.from_digests)},
      {"To", short_form(what.to_digests)},
      {"Image", what.image},
      {"Image age", age(what)},
      {"Phase", what.phase},
      {"Candidate gets", what.rollout.empty() ? "" : std::to_string(what.percent) + " %"},
      {"Rollout", what.rollout},
  };
  std::erase_if(lines, [](const auto& line) { return line.second.empty(); });
  return lines;
}

}  // namespace freshet

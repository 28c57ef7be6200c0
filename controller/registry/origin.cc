// Annotations of the OCI image specification, with bounds.
#include "controller/registry/origin.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/model/names.h"

namespace freshet {
namespace {

std::string bounded_text(const Json& annotations, std::string_view name) {
  std::string text = string_or(annotations, "org.opencontainers.image." + std::string(name));
  if (text.size() > kMaxOriginBytes || has_control_characters(text)) return "";
  return text;
}

// "https://robot:token@github.com/acme/app"
bool shows_user(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return false;
  const std::string_view rest = url.substr(start + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

}  // namespace

ImageOrigin read_origin(const Json& annotations) {
  ImageOrigin out;
  out.revision = bounded_text(annotations, "revision");
  out.source = bounded_text(annotations, "source");
  out.version = bounded_text(annotations, "version");
  out.base_name = bounded_text(annotations, "base.name");
  out.base_digest = bounded_text(annotations, "base.digest");
  if (shows_user(out.source)) out.source.clear();
  if (!Digest::parse(out.base_digest)) out.base_digest.clear();
  return out;
}

void fill_in(ImageOrigin& origin, const ImageOrigin& more) {
  for (std::string ImageOrigin::*field :
       {&ImageOrigin::revision, &ImageOrigin::source, &ImageOrigin::version}) {
    if ((origin.*field).empty()) origin.*field = more.*field;
  }
  // Name and digest are of one base.
  if (!origin.base_name.empty() || !origin.base_digest.empty()) return;
  origin.base_name = more.base_name;
  origin.base_digest = more.base_digest;
}

}  // namespace freshet

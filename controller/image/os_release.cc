// Reading os-release: shell assignments, of which only values are taken.
#include "controller/image/os_release.h"

#include "base/text.h"

namespace freshet {
namespace {

// What a shell makes of one word: quotes taken off, escapes of double quotes resolved.
std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') {
    return std::string(value.substr(1, value.size() - 2));
  }
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  if (quoted) value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

std::string* field_of(OsRelease& release, std::string_view name) {
  if (name == "ID") return &release.id;
  if (name == "ID_LIKE") return &release.id_like;
  if (name == "VERSION_ID") return &release.version_id;
  if (name == "VERSION_CODENAME") return &release.codename;
  if (name == "PRETTY_NAME") return &release.pretty_name;
  return nullptr;
}

}  // namespace

OsRelease parse_os_release(std::string_view text) {
  OsRelease release;
  for (const std::string& raw : split(text.substr(0, kMaxOsReleaseBytes), '\n')) {
    const std::string_view line = trim(raw);
    const std::size_t equals = line.find('=');
    if (line.starts_with("#") || equals == line.npos) continue;
    std::string* field = field_of(release, line.substr(0, equals));
    if (field == nullptr) continue;
    std::string value = unquoted(trim(line.substr(equals + 1)));
    const bool is_name = value.size() <= kMaxOsReleaseValue && !has_control_characters(value) &&
                         is_valid_utf8(value);
    *field = is_name ? std::move(value) : "";
  }
  release.id = to_lower(release.id);
  return release;
}

}  // namespace freshet

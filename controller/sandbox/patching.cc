// RFC 6902 and RFC 7386. The library reports what does not apply by exceptions: caught here.
#include "controller/sandbox/patching.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::sandbox {

Allowed<Json> apply_patch(const Json& object, const std::string& content_type,
                          const std::string& body) {
  const std::string type(trim(content_type.substr(0, content_type.find(';'))));
  const bool is_json_patch = type == "application/json-patch+json";
  if (!is_json_patch && type != "application/merge-patch+json") {
    return refuse(unsupported_media_type(type));
  }
  const auto patch = parse_json(body, kMaxReplyBytes);
  if (!patch) return refuse(bad_request("error decoding patch: " + patch.error().message));
  if (is_json_patch && (!patch->is_array() || patch->size() > kMaxPatchOperations)) {
    return refuse(bad_request("error decoding patch: not a list of operations"));
  }
  if (!is_json_patch && !patch->is_object()) {
    return refuse(bad_request("error decoding patch: not an object"));
  }
  try {
    if (is_json_patch) return object.patch(*patch);
    Json patched = object;
    patched.merge_patch(*patch);
    return patched;
  } catch (const Json::exception&) {
    return refuse(patch_failed());
  }
}

}  // namespace freshet::sandbox

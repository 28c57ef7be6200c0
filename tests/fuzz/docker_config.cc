// docker's config.json in both its forms: whatever it holds, finding credentials ends well.
#include "controller/registry/credential_helper.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  static const ImageReference kImage = parse_image_reference("a.r.io:5000/team/app:1").value();
  for (const auto& config : {parse_docker_config(text, "file"), parse_dockercfg(text, "file")}) {
    if (!config) continue;
    fuzz::require(config->entries.size() <= kMaxCredentialEntries);
    for (const Credential& credential : find_credentials(*config, kImage).credentials) {
      fuzz::require(!credential.anonymous() && !credential.identity.empty());
    }
    for (const auto& call :
         {helper_of_registry(*config, kImage), helper_of_store(*config, kImage)}) {
      if (!call) continue;
      const auto program = helper_program(*call);
      fuzz::require(!program || program->find('/') == std::string::npos);
    }
  }
  return 0;
}

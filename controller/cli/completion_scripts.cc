// The scripts that shells read. All of them ask the program itself, `freshet __complete WORDS`.
#include <array>
#include <utility>

#include "controller/cli/completion.h"

namespace freshet {
namespace {

// A bash before completion hands over --flag=value in three words: put together again, and the part
// in front of the value taken off the answers.
constexpr const char* kBash = R"(# bash completion of freshet: source <(freshet completion bash)
_freshet() {
  local words=() word line cut=""
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ ${#words[@]} -gt 0 && ( $word == "=" || ${words[-1]} == --*= ) ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  [[ ${words[-1]} == --*=* ]] && cut=${words[-1]%%=*}=
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    [[ -n $line ]] && COMPREPLY+=("${line#"$cut"}")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -o default -F _freshet freshet
)";

constexpr const char* kZsh = R"(#compdef freshet
# zsh completion of freshet: source <(freshet completion zsh)
_freshet() {
  local line
  local -a found
  while IFS= read -r line; do
    found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#found} )); then
    _describe -V freshet found
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _freshet ]]; then
  _freshet "$@"
else
  compdef _freshet freshet
fi
)";

constexpr const char* kFish = R"(# fish completion of freshet: freshet completion fish | source
function __freshet_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..] 2>/dev/null
end
complete -c freshet -a '(__freshet_complete)'
)";

constexpr std::array<std::pair<const char*, const char*>, 3> kScripts = {
    {{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}}};

}  // namespace

std::string completion_script(std::string_view shell) {
  for (const auto& [name, script] : kScripts) {
    if (name == shell) return script;
  }
  return "";
}

std::vector<std::string> completion_shells() {
  std::vector<std::string> out;
  for (const auto& [name, script] : kScripts) out.emplace_back(name);
  return out;
}

}  // namespace freshet

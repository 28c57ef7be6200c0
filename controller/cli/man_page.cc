// The manual page in roff.
#include "controller/cli/man_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "base/text.h"

namespace freshet {
namespace {

// Text that roff takes as it is, wherever it stands.
std::string plain(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string slanted(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string flag_text(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back(bold("-" + name));
  for (const std::string& name : option.get_lnames()) names.push_back(bold("--" + name));
  std::string out = join(names, ", ");
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() > 0 && !type.empty()) out += " " + slanted(type);
  return out;
}

std::string about(const CLI::Option& option) {
  std::string out = option.get_description();
  if (!option.get_default_str().empty()) out += "; default: " + option.get_default_str();
  if (!option.get_envname().empty()) out += " (also " + option.get_envname() + ")";
  return plain(out);
}

std::string flags_text(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->nonpositional()) continue;
    out += ".TP\n" + flag_text(*option) + "\n" + about(*option) + "\n";
  }
  return out;
}

std::string arguments_text(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) continue;
    const std::string name = slanted(option->get_name());
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return out;
}

std::string command_text(const CLI::App& command) {
  std::string out = ".SS freshet " + plain(command.get_name()) + "\n";
  out += bold("freshet " + command.get_name()) + " [" + slanted("OPTIONS") + "]" +
         arguments_text(command) + "\n.PP\n" + plain(command.get_description()) + ".\n";
  out += flags_text(command);
  const std::string footer(trim(command.get_footer()));
  const std::size_t first = footer.find('\n');
  if (first != footer.npos)
    out += ".PP\nExamples:\n.PP\n.EX\n" + plain(footer.substr(first + 1)) + "\n.EE\n";
  return out;
}

constexpr const char* kTail = R"(.SH EXIT STATUS
.TP
.B 0
Done; with \fB\-\-wait\fR: promoted.
.TP
.B 1
Failed, refused, or invalid input of \fBcheck\fR; with \fB\-\-wait\fR: rolled back, rejected or
withdrawn.
.TP
.B 2
Words, or an input file, that cannot be understood.
.TP
.B 3
Timed out.
.TP
.B 4
The API server or a registry cannot be reached.
.TP
.B 5
With \fB\-\-wait\fR: held, a person is needed.
.TP
.B 6
With \fB\-\-wait \-\-digest\fR: another digest took its place, or that digest is not followed.
.SH ENVIRONMENT
.TP
.B KUBECONFIG
The kubeconfig files, as for kubectl.
.TP
.B NO_COLOR
Set: no colours. They never say anything that a symbol does not say as well.
.SH SEE ALSO
\fBkubectl\fR(1)
)";

}  // namespace

std::string man_page(const CLI::App& app, std::string_view version) {
  std::string out = fmt::format(".TH FRESHET 1 \"\" \"freshet {}\" \"User Commands\"\n", version);
  out += ".SH NAME\nfreshet \\- continuous redeploy and canary controller for Knative Services\n";
  out += ".SH SYNOPSIS\n" + bold("freshet") + " " + slanted("COMMAND") + " [" + slanted("OPTIONS") +
         "] [" + slanted("ARGUMENTS") + "]\n";
  out += ".SH DESCRIPTION\n" + plain(app.get_description()) + "\nAs a plugin it is called " +
         bold("kubectl freshet") + " or " + bold("kn freshet") + ".\n.SH OPTIONS\n" +
         flags_text(app) + ".SH COMMANDS\n";
  for (const CLI::App* command : app.get_subcommands({})) out += command_text(*command);
  return out + kTail;
}

}  // namespace freshet

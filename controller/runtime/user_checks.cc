// Users' queries, sent.
#include "controller/runtime/user_checks.h"

#include <optional>

#include "base/text.h"
#include "config/query_template.h"

namespace freshet {
namespace {

Result<std::optional<double>> value_for(MetricsSource& source, const CheckSpec& check,
                                        const RevisionKey& key) {
  return source.value(fill_query_template(check.query, {key.name_space, key.revision}));
}

void note_trouble(UserChecks& out, const CheckSpec& check, const std::string& what) {
  if (out.trouble.empty()) out.trouble = "check " + check.name + ": " + printable(what, 300);
}

}  // namespace

UserChecks ask_checks(MetricsSource& source, const std::vector<CheckSpec>& checks,
                      const BothRevisions& revisions) {
  UserChecks out;
  for (const CheckSpec& check : checks) {
    const auto canary = value_for(source, check, revisions.canary);
    const auto stable =
        canary ? value_for(source, check, revisions.stable) : Result<std::optional<double>>(canary);
    if (!stable) {
      note_trouble(out, check, stable.error().message);
      return out;
    }
    if (*canary && *stable) {
      out.values[check.name] = {**canary, **stable};
      continue;
    }
    note_trouble(out, check,
                 "no value of " + (*canary ? revisions.stable : revisions.canary).revision);
  }
  return out;
}

}  // namespace freshet

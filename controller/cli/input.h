// Input files that a person names.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "controller/cli/context.h"

namespace freshet {

// "-" is standard input. An error is kBadInput: whatever is wrong, it is with the file named.
Result<std::string> read_input(Context& context, const std::string& file,
                               std::size_t max_bytes = kMaxDocumentBytes);

}  // namespace freshet

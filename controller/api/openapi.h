// The OpenAPI document of the API, made from the tables that requests are read by. Pure.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet::api {

Json openapi_document(const std::string& version);

}  // namespace freshet::api

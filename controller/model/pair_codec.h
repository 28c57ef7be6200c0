// JSON of what core and memo have in common: digest sets and pairs. Internal to the model.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "controller/model/core.h"

namespace freshet {

Json digests_to_json(const DigestSet& digests);
Result<DigestSet> read_digests(const Json& digests);
void put_pair(Json& object, const Pair& pair);  // as fields "digests" and "template"
Result<Pair> read_pair(const Json& object);

}  // namespace freshet

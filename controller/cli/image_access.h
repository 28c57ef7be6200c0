// Reads what is inside the images of a tracked service, from their registry.
#pragma once

#include <vector>

#include "controller/cli/cluster.h"
#include "controller/cli/image_report.h"
#include "controller/image/files.h"

namespace freshet {

struct ImageQuestion {
  Wanted wanted;
  ReadBounds bounds;
  std::vector<std::string> plain_http;
};

// One report a container that `digests` has, with the credentials that the controller would use, as
// far as the user may read them.
std::vector<ImageReport> read_image_reports(Context& context, ClusterConnection& cluster,
                                            const ServiceDetail& detail, const DigestTexts& digests,
                                            const ImageQuestion& question);

}  // namespace freshet

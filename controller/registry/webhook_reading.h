// Readers of webhook bodies, one a source; webhook.cc chooses. Source of each: its documentation.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "controller/registry/webhook.h"

namespace freshet::webhooks {

// What all readers build: pushes, and the first thing that was not as documented.
class PushList {
 public:
  // `name` is registry/repository. A tag that is empty or a digest: pushed without a tag.
  void add(std::string_view name, std::string_view tag);
  void add_reference(std::string_view reference);  // registry/repository[:tag][@digest]
  void add_delivery(std::string_view id);
  void refuse(std::string problem);

  Result<WebhookPushes> take();

 private:
  void keep(ImageReference reference);
  WebhookPushes pushes_;
  std::string problem_;
};

struct Delivery {
  const WebhookReceiver& receiver;
  const HttpHeaders& headers;
  const Json& body;
};

// Registries' own forms.
void read_docker_hub(const Delivery& delivery, PushList& pushes);
void read_github(const Delivery& delivery, PushList& pushes);
void read_quay(const Delivery& delivery, PushList& pushes);
void read_harbor(const Delivery& delivery, PushList& pushes);
void read_acr(const Delivery& delivery, PushList& pushes);
void read_distribution(const Delivery& delivery, PushList& pushes);
void read_jfrog(const Delivery& delivery, PushList& pushes);
void read_nexus(const Delivery& delivery, PushList& pushes);

// Events of clouds and of CI, and our own form.
void read_ecr(const Delivery& delivery, PushList& pushes);
void read_gar(const Delivery& delivery, PushList& pushes);
void read_cloud_event(const Delivery& delivery, PushList& pushes);
void read_tekton(const Delivery& delivery, PushList& pushes);
void read_generic(const Delivery& delivery, PushList& pushes);

}  // namespace freshet::webhooks

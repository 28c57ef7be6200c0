// Which images a tracked service follows.
#include "controller/runtime/follow.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

ServiceView service_with(std::vector<ContainerView> containers) {
  ServiceView view;
  view.key = {"shop", "checkout"};
  view.containers = std::move(containers);
  return view;
}

ContainerView container(const std::string& name, const std::string& image, bool port = false) {
  return {ContainerName(name), image, port};
}

struct Row {
  const char* sentence;
  std::vector<ImageSpec> images;
  ServiceView service;
  const char* followed;  // "container=reference", or the start of the error
};

std::string told(const Result<std::vector<FollowedImage>>& result) {
  if (!result) return result.error().message.substr(0, result.error().message.find(':'));
  std::string text;
  for (const FollowedImage& image : *result) {
    text += (text.empty() ? "" : " ") + image.container.get() + "=" + to_string(image.reference);
  }
  return text;
}

const std::string kDigest = "@sha256:" + std::string(64, 'a');

TEST(FollowedImages, AreTakenFromTheSpecOrFromWhatRuns) {
  ServiceView by_annotation = service_with({container("app", "ghcr.io/acme/web" + kDigest)});
  by_annotation.annotations["client.knative.dev/user-image"] = "ghcr.io/acme/web:1.4";
  const std::vector<Row> rows = {
      {"a single container follows its own tag",
       {},
       service_with({container("app", "ghcr.io/acme/web:1.4")}),
       "app=ghcr.io/acme/web:1.4"},
      {"a pinned image follows the tag before its digest",
       {},
       service_with({container("app", "ghcr.io/acme/web:1.4" + kDigest)}),
       "app=ghcr.io/acme/web:1.4"},
      {"of several containers the one with a port is followed",
       {},
       service_with({container("side", "x.io/side:1"), container("app", "x.io/web:2", true)}),
       "app=x.io/web:2"},
      {"kn's annotation names the tag where the image has none",
       {},
       by_annotation,
       "app=ghcr.io/acme/web:1.4"},
      {"without any tag there is nothing to follow",
       {},
       service_with({container("app", "ghcr.io/acme/web" + kDigest)}),
       "NoTag"},
      {"a named image of the same repository is followed",
       {{"", "ghcr.io/acme/web:2"}},
       service_with({container("app", "ghcr.io/acme/web:1.4")}),
       "app=ghcr.io/acme/web:2"},
      {"another repository is refused",
       {{"", "ghcr.io/evil/web:1.4"}},
       service_with({container("app", "ghcr.io/acme/web:1.4")}),
       "ForeignRepository"},
      {"a container that is not there is refused",
       {{"api", "ghcr.io/acme/web:1.4"}},
       service_with({container("app", "ghcr.io/acme/web:1.4")}),
       "NoContainer"},
      {"several containers and none with a port cannot be told apart",
       {},
       service_with({container("a", "x.io/a:1"), container("b", "x.io/b:1")}),
       "NoContainer"},
  };
  for (const Row& row : rows) {
    TrackedServiceSpec spec;
    spec.images = row.images;
    EXPECT_EQ(told(followed_images(spec, row.service)), row.followed) << row.sentence;
  }
}

TEST(FollowedImages, NeedNoTagWhereSomeoneElseWritesTheTemplate) {
  TrackedServiceSpec spec;
  spec.rollout.write_mode = WriteMode::kTrafficOnly;
  const ServiceView service = service_with({container("app", "ghcr.io/acme/web" + kDigest)});
  EXPECT_EQ(told(followed_images(spec, service)), "app=ghcr.io/acme/web" + kDigest);
}

TEST(FollowedImages, TakeThePullSecretsOfTheSpecOrOfTheService) {
  ServiceView service = service_with({container("app", "ghcr.io/acme/web:1.4")});
  service.pull_secrets = {{"of-the-template"}, "robot"};
  TrackedServiceSpec spec;
  EXPECT_EQ(followed_images(spec, service)->at(0).pull_secrets, service.pull_secrets);
  spec.images = {{"", "ghcr.io/acme/web:2"}};
  EXPECT_EQ(followed_images(spec, service)->at(0).pull_secrets, service.pull_secrets);
  spec.images[0].pull_secrets = {"b", "a"};
  EXPECT_EQ(followed_images(spec, service)->at(0).pull_secrets, (PullSecretNames{{"b", "a"}, ""}));
}

}  // namespace
}  // namespace freshet

// What is inside an image, read from Debian's docker-registry; the image is made by hand, pushed by
// skopeo, and has an application of 200 MB on its base.
#include <gtest/gtest.h>

#include <random>

#include "controller/image/end_of_life.h"
#include "controller/image/files.h"
#include "controller/image/packages.h"
#include "controller/registry/blobs.h"
#include "controller/registry/manifest.h"
#include "tests/controller/image/tarball.h"
#include "tests/real/real_registry.h"

namespace freshet {
namespace {

constexpr std::size_t kApplicationBytes = 200'000'000;
constexpr std::size_t kBinaryBytes = 30'000'000;

std::string random_bytes(std::size_t count) {
  std::mt19937_64 random(count);
  std::string out(count, ' ');
  for (std::size_t i = 0; i + 8 <= count; i += 8) {
    const std::uint64_t word = random();
    std::copy_n(reinterpret_cast<const char*>(&word), 8, out.data() + i);
  }
  return out;
}

// An OCI image layout in a folder, with one image called i.
class Layout {
 public:
  explicit Layout(std::string folder) : folder_(std::move(folder)) {}

  std::string keep(const std::string& bytes) {
    const std::string digest = sha256_hex(bytes);
    EXPECT_TRUE(write_file(folder_ + "/blobs/sha256/" + digest, bytes).has_value());
    return R"("digest":"sha256:)" + digest + R"(","size":)" + std::to_string(bytes.size());
  }
  void add_layer(const std::vector<TarFile>& files, Packing packing) {
    const std::string tail = packing == Packing::kGzip ? "+gzip" : "+zstd";
    const std::string separator = layers_.empty() ? "" : ",";
    layers_ += separator + R"({"mediaType":"application/vnd.oci.image.layer.v1.tar)" + tail +
               R"(",)" + keep(make_tarball(files, packing)) + "}";
    diffs_ += separator + "\"sha256:" + sha256_hex(make_tarball(files, Packing::kNone)) + "\"";
  }
  void finish() {
    const std::string config =
        keep(R"({"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers",)"
             R"("diff_ids":[)" +
             diffs_ + "]}}");
    const std::string manifest =
        keep(R"({"schemaVersion":2,"mediaType":")" + std::string(kOciManifest) +
             R"(","config":{"mediaType":"application/vnd.oci.image.config.v1+json",)" + config +
             R"(},"layers":[)" + layers_ + "]}");
    const std::string index = R"({"schemaVersion":2,"manifests":[{"mediaType":")" +
                              std::string(kOciManifest) + R"(",)" + manifest +
                              R"(,"annotations":{"org.opencontainers.image.ref.name":"i"}}]})";
    EXPECT_TRUE(write_file(folder_ + "/index.json", index).has_value());
    EXPECT_TRUE(
        write_file(folder_ + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})").has_value());
  }

 private:
  const std::string folder_;
  std::string layers_;
  std::string diffs_;
};

// Counts the bytes of the answers that go through.
class CountingTransport final : public HttpTransport {
 public:
  explicit CountingTransport(HttpTransport& inner) : inner_(inner) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    auto reply = inner_.send(request);
    if (reply) bytes += reply->body.size();
    ++requests;
    return reply;
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override {
    return inner_.stream(request, on_bytes);
  }
  std::size_t bytes = 0;
  int requests = 0;

 private:
  HttpTransport& inner_;
};

class RealImage : public RealRegistry {
 protected:
  // Pushed to acme/app:TAG; its digest.
  Digest push_layout(const std::string& tag, const std::function<void(Layout&)>& fill) {
    const std::string folder = directory_ / ("layout-" + tag);
    run({"mkdir", "-p", folder + "/blobs/sha256"});
    Layout layout(folder);
    fill(layout);
    layout.finish();
    run({"skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-no-creds",
         "--preserve-digests", "--digestfile", directory_ / "digest", "oci:" + folder + ":i",
         "docker://" + host_ + "/acme/app:" + tag});
    return Digest::parse(trim(read_file(directory_ / "digest", 1000).value())).value();
  }

  ImageFiles read(const Digest& digest, const Wanted& wanted, const ReadBounds& bounds = {}) {
    const ImageReference image = reference("1");
    ImageReader reader(*api_origin(image, options_), image.repository, {},
                       std::make_shared<const RegistryOptions>(options_), *counted_,
                       [this] { return clock_.now(); });
    const auto manifest = reader.manifest(digest);
    if (const auto* failure = std::get_if<RegistryFailure>(&manifest)) {
      ADD_FAILURE() << failure->message;
      return {};
    }
    const auto layers = parse_layers(std::get<std::string>(manifest), kMaxManifestBytes);
    EXPECT_TRUE(layers.has_value());
    return read_image_files(
        *layers, wanted,
        [&](const Layer& layer, std::int64_t offset, std::size_t length) -> Result<std::string> {
          auto part = reader.blob_part(layer.digest, offset, length);
          if (auto* failure = std::get_if<RegistryFailure>(&part)) {
            return make_error(ErrorKind::kTransient, failure->message);
          }
          return std::get<std::string>(part);
        },
        bounds);
  }

  void SetUp() override {
    RealRegistry::SetUp();
    start();
    counted_ = std::make_unique<CountingTransport>(*curl_);
  }

  std::unique_ptr<CountingTransport> counted_;
};

const TarFile kJessie{"usr/lib/os-release",
                      "PRETTY_NAME=\"Debian GNU/Linux 8 (jessie)\"\nID=debian\nVERSION_ID=\"8\"\n"};
const TarFile kUsualLink{"etc/os-release", "", "../usr/lib/os-release"};
const TarFile kStatus{"var/lib/dpkg/status",
                      "Package: libc6\nStatus: install ok installed\nVersion: 2.19\n"};

TEST_F(RealImage, OfWhich200MBAreAnApplicationNeedsNoByteOfThat) {
  const Digest digest = push_layout("1", [](Layout& layout) {
    layout.add_layer({{"bin/tool", random_bytes(kBinaryBytes / 10)},
                      kUsualLink,
                      kJessie,
                      kStatus,
                      {"usr/share/more", random_bytes(kBinaryBytes)}},
                     Packing::kGzip);
    layout.add_layer({{"srv/app", random_bytes(kApplicationBytes)}}, Packing::kZstd);
    layout.add_layer({{"etc/app.conf", "x"}}, Packing::kGzip);
  });
  const ImageFiles files = read(digest, {.os_release = true});
  const OsRelease system = parse_os_release(os_release_text(files));
  EXPECT_EQ(system.pretty_name, "Debian GNU/Linux 8 (jessie)");
  EXPECT_EQ(unread_text(files), "1 layer of 191 MiB: beyond the bound of 64 MiB");
  // The tool that comes before it, to the end of the chunk in which it is; never what comes behind.
  EXPECT_LT(files.bytes_read, 8 << 20);
  EXPECT_LT(counted_->bytes, static_cast<std::size_t>(files.bytes_read) + 2000);  // its manifest
  EXPECT_EQ(packages_of(read(digest, {.packages = true})), (Packages{{"libc6", "2.19"}}));
}

TEST_F(RealImage, OfOneLayerIsReadToTheBoundAndNoFurther) {
  const Digest digest = push_layout("1", [](Layout& layout) {
    layout.add_layer({{"a", random_bytes(kBinaryBytes)}, kUsualLink, kJessie}, Packing::kZstd);
  });
  ReadBounds bounds;
  bounds.bytes = 5 << 20;
  const ImageFiles cut = read(digest, {.os_release = true}, bounds);
  EXPECT_EQ(cut.bytes_read, 5 << 20);
  EXPECT_EQ(os_release_text(cut), "");
  EXPECT_EQ(unread_text(cut), "1 layer of 29 MiB: beyond the bound of 5 MiB");
  EXPECT_NE(os_release_text(read(digest, {.os_release = true})), "");
}

}  // namespace
}  // namespace freshet

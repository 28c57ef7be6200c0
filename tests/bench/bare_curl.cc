// One multi handle and a few easy handles that are used again.
#include "tests/bench/bare_curl.h"

#include <curl/curl.h>

#include <memory>

#include "base/clock.h"

namespace freshet {
namespace {

constexpr std::size_t kHandles = 8;

struct Handles {
  CURLM* multi = curl_multi_init();
  std::vector<CURL*> all;
  std::vector<CURL*> idle;
  curl_slist* headers = nullptr;
  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    for (CURL* easy : all) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
  }
};

// Returns how many of those that ended were 304.
int collect(Handles& handles) {
  int unchanged = 0;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handles.multi, &left)) {
    CURL* easy = message->easy_handle;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    unchanged += status == 304 ? 1 : 0;
    curl_multi_remove_handle(handles.multi, easy);
    handles.idle.push_back(easy);
  }
  return unchanged;
}

}  // namespace

int bare_heads(const std::vector<std::string>& urls, const std::string& etag, Duration pace) {
  Handles handles;
  for (const std::string& line :
       {"If-None-Match: " + etag, std::string("Authorization: Bearer t1"),
        std::string("Accept-Encoding: identity"),
        std::string("Accept: application/vnd.oci.image.index.v1+json, "
                    "application/vnd.oci.image.manifest.v1+json, "
                    "application/vnd.docker.distribution.manifest.list.v2+json, "
                    "application/vnd.docker.distribution.manifest.v2+json")}) {
    handles.headers = curl_slist_append(handles.headers, line.c_str());
  }
  for (std::size_t i = 0; i < kHandles; ++i) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, handles.headers);
    handles.all.push_back(easy);
    handles.idle.push_back(easy);
  }
  const SystemClock clock;
  const Duration start = clock.monotonic();
  int unchanged = 0;
  std::size_t next = 0;
  while (next < urls.size() || handles.idle.size() < kHandles) {
    const Duration due = start + pace * static_cast<Duration::rep>(next);
    if (next < urls.size() && !handles.idle.empty() && clock.monotonic() >= due) {
      CURL* easy = handles.idle.back();
      handles.idle.pop_back();
      curl_easy_setopt(easy, CURLOPT_URL, urls[next++].c_str());
      curl_multi_add_handle(handles.multi, easy);
    }
    int running = 0;
    curl_multi_perform(handles.multi, &running);
    unchanged += collect(handles);
    const Duration wait = next < urls.size()
                              ? start + pace * static_cast<Duration::rep>(next) - clock.monotonic()
                              : Duration(100);
    if (wait > Duration::zero()) {
      curl_multi_poll(handles.multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
  }
  return unchanged;
}

}  // namespace freshet

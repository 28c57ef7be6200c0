// One HTTP exchange on one libcurl easy handle: options set, answer collected within bounds.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "base/http.h"
#include "controller/net/curl_transport.h"

namespace freshet {

struct CurlEasyClose {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class CurlExchange {
 public:
  using OnBytes = HttpTransport::OnBytes;

  // `request`, `options` and `on_bytes` (null: not a stream) must outlive the exchange.
  CurlExchange(const HttpRequest& request, const NetOptions& options, const OnBytes* on_bytes);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // Checks the request and sets the handle up; nothing is sent yet.
  // With `used`, a handle that release() gave: cheaper than a new one.
  Status prepare(std::unique_ptr<CURL, CurlEasyClose> used = nullptr);
  CURL* handle() const { return easy_.get(); }
  // The handle, with nothing of this exchange left in it. The last thing to ask for.
  std::unique_ptr<CURL, CurlEasyClose> release();

  // The outcome once libcurl is through with the handle. Call once.
  Result<HttpResponse> finish(CURLcode code);
  Error failure(ErrorKind kind, std::string_view why) const;  // "GET host:port: why"

  const std::string& host() const { return url_.host; }
  bool was_sent() const {  // at least in part: there was a connection to send it over
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &microseconds);
    return microseconds > 0;
  }
  std::size_t bytes_seen() const { return bytes_seen_; }  // grows while a stream is alive

 private:
  Status set_request();
  Status set_headers();
  void set_limits();
  void set_proxy();
  void set_tls();
  void set_callbacks();

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  Error transfer_error(CURLcode code) const;

  const HttpRequest& request_;
  const NetOptions& options_;
  const OnBytes* on_bytes_;
  Url url_;
  std::unique_ptr<CURL, CurlEasyClose> easy_;
  std::unique_ptr<curl_slist, CurlListFree> headers_;
  std::unique_ptr<curl_slist, CurlListFree> connect_to_;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  std::size_t header_count_ = 0;
  std::size_t bytes_seen_ = 0;
  bool head_complete_ = false;
  bool ended_by_caller_ = false;
  bool address_refused_ = false;
  bool goes_through_ = false;  // NetOptions::egress
  std::string bound_broken_;   // which, as a phrase
  char curl_says_[CURL_ERROR_SIZE] = {};
};

}  // namespace freshet

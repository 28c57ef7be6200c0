// HttpTransport over libcurl: borrows a lane, drives its exchanges to their ends.
#include "controller/net/curl_transport.h"

#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "controller/net/bounds.h"
#include "controller/net/curl_exchange.h"
#include "controller/net/curl_pool.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxAuthoritiesBytes = 4 << 20;

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(NetOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request) override;
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override;

 private:
  template <class Drive>
  Result<HttpResponse> exchange_on_lane(CurlExchange& exchange, const std::string& identity,
                                        const Drive& drive);
  static Result<HttpResponse> drive_exchange(CURLM* multi, CurlExchange& exchange);
  Result<HttpResponse> drive_stream(CURLM* multi, CurlExchange& exchange) const;
  void count(const CurlExchange& exchange, const Result<HttpResponse>& answer) const {
    if (options_.on_exchange) options_.on_exchange(exchange.host(), answer ? answer->status : 0);
  }

  const NetOptions options_;
  CurlPool pool_;
};

// An exchange has a lane of its own while it lasts: no other waits behind it. One that failed takes
// its lane with it: libcurl keeps an HTTP/2 connection whose server has gone silent, and would use
// it for the next. After a silence the others of this identity are doubted as well, not each of
// them after a timeout of its own.
template <class Drive>
Result<HttpResponse> CurlTransport::exchange_on_lane(CurlExchange& exchange,
                                                     const std::string& identity,
                                                     const Drive& drive) {
  if (Status ready = exchange.prepare(); !ready) return ready.error();
  CurlLane lane = pool_.take(identity);
  if (!lane.multi) return exchange.failure(ErrorKind::kTransient, "no memory for a connection");
  if (curl_multi_add_handle(lane.multi.get(), exchange.handle()) != CURLM_OK) {
    return exchange.failure(ErrorKind::kTransient, "no memory for a request");
  }
  Result<HttpResponse> answer = drive(lane.multi.get());
  count(exchange, answer);
  curl_multi_remove_handle(lane.multi.get(), exchange.handle());
  if (answer) {
    pool_.give_back(std::move(lane));
  } else if (answer.error().kind == ErrorKind::kTimeout) {
    pool_.drop_idle(identity);
  }
  return answer;
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  CurlExchange exchange(request, options_, nullptr);
  return exchange_on_lane(exchange, request.identity,
                          [&](CURLM* multi) { return drive_exchange(multi, exchange); });
}

Result<HttpResponse> CurlTransport::stream(const HttpRequest& request, const OnBytes& on_bytes) {
  CurlExchange exchange(request, options_, &on_bytes);
  return exchange_on_lane(exchange, request.identity,
                          [&](CURLM* multi) { return drive_stream(multi, exchange); });
}

// Lets libcurl go on; its result once it is through with the only exchange of this handle.
std::optional<CURLcode> perform(CURLM* multi) {
  int running = 0;
  curl_multi_perform(multi, &running);
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi, &left);
  if (message == nullptr) return std::nullopt;
  return message->data.result;
}

Result<HttpResponse> CurlTransport::drive_exchange(CURLM* multi, CurlExchange& exchange) {
  for (;;) {
    if (const auto code = perform(multi)) return exchange.finish(*code);
    // libcurl shortens the wait to its own next timer, so the exchange's timeout is kept.
    curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
}

Result<HttpResponse> CurlTransport::drive_stream(CURLM* multi, CurlExchange& exchange) const {
  const SystemClock clock;
  std::size_t seen = 0;
  Duration heard = clock.monotonic();
  for (;;) {
    if (const auto code = perform(multi)) return exchange.finish(*code);
    if (options_.stop && options_.stop()) {
      return exchange.failure(ErrorKind::kTransient, "the stream was ended, as asked");
    }
    if (exchange.bytes_seen() != seen) {
      seen = exchange.bytes_seen();
      heard = clock.monotonic();
    } else if (clock.monotonic() - heard > options_.stream_idle) {
      return exchange.failure(ErrorKind::kTimeout,
                              "the stream was silent for " + format_duration(options_.stream_idle));
    }
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(kStopPoll.count()), nullptr);
  }
}

// The system's authorities and `extra` in one text: libcurl takes one or the other.
Result<std::string> with_system_authorities(const std::string& extra) {
  const std::unique_ptr<CURL, CurlEasyClose> easy(curl_easy_init());
  char* bundle = nullptr;
  if (easy) curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &bundle);
  if (bundle == nullptr) return extra;
  auto system = read_file(bundle, kMaxAuthoritiesBytes);
  if (!system) return extra;  // a machine without authorities: the extra ones are all there is
  return *system + "\n" + extra;
}

}  // namespace

Status prepare_net_options(NetOptions& options) {
  static std::once_flag started;
  std::call_once(started, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (options.client_certificate_pem.empty() != options.client_key_pem.empty()) {
    return bad_input("a client certificate needs its key, and a key its certificate");
  }
  if (!options.proxy.empty()) {
    if (auto proxy = parse_url(options.proxy); !proxy) return with_context("proxy", proxy.error());
  }
  if (!options.extra_ca_pem.empty() && options.only_ca_pem.empty()) {
    auto all = with_system_authorities(options.extra_ca_pem);
    if (!all) return all.error();
    options.extra_ca_pem = std::move(*all);
  }
  return {};
}

Result<std::unique_ptr<HttpTransport>> make_curl_transport(NetOptions options) {
  if (Status ready = prepare_net_options(options); !ready) return ready.error();
  return std::unique_ptr<HttpTransport>(std::make_unique<CurlTransport>(std::move(options)));
}

}  // namespace freshet

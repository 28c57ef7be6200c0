// One HTTP exchange on one libcurl easy handle.
#include "controller/net/curl_exchange.h"

#include <sys/socket.h>

#include <algorithm>
#include <system_error>

#include "base/http.h"
#include "base/text.h"
#include "controller/net/bounds.h"

namespace freshet {
namespace {

// Not copied: the options outlive every exchange.
curl_blob blob_of(const std::string& text) {
  return curl_blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
}

bool may_have_body(std::string_view method) { return method != "GET" && method != "HEAD"; }

}  // namespace

CurlExchange::CurlExchange(const HttpRequest& request, const NetOptions& options,
                           const OnBytes* on_bytes)
    : request_(request), options_(options), on_bytes_(on_bytes) {}

Status CurlExchange::prepare(std::unique_ptr<CURL, CurlEasyClose> used) {
  auto url = parse_url(request_.url);
  if (!url) return url.error();
  url_ = *url;
  goes_through_ = options_.proxy.empty() && goes_through(options_.egress, url_);
  if (goes_through_ && !may_ask_proxy_for(options_.addresses, url_)) {
    return failure(ErrorKind::kRefused,
                   "an address or a bare name that is not listed is not asked of a proxy for");
  }
  easy_ = std::move(used);
  if (!easy_) easy_.reset(curl_easy_init());
  if (!easy_) return failure(ErrorKind::kTransient, "no memory for a request");
  if (Status set = set_request(); !set) return set;
  if (Status set = set_headers(); !set) return set;
  set_limits();
  set_proxy();
  set_tls();
  set_callbacks();
  return {};
}

std::unique_ptr<CURL, CurlEasyClose> CurlExchange::release() {
  curl_easy_reset(easy_.get());
  return std::move(easy_);
}

Status CurlExchange::set_request() {
  if (!is_http_token(request_.method))
    return failure(ErrorKind::kBadInput, "method is not a token");
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request_.method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else if (request_.method == "DELETE" && request_.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  if (!may_have_body(request_.method) && !request_.body.empty()) {
    return failure(ErrorKind::kBadInput, "a " + request_.method + " has no body");
  }
  return {};
}

Status CurlExchange::set_headers() {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (longer != nullptr) list = longer;
    return longer != nullptr;
  };
  // libcurl must not add what was not asked for: a form's media type, or a wait for "100 Continue".
  bool added = add("Expect:");
  if (!find_header(request_.headers, "content-type")) added = add("Content-Type:") && added;
  for (const HttpHeader& header : request_.headers) {
    if (!is_http_token(header.name) || has_control_characters(header.value)) {
      headers_.reset(list);
      return failure(ErrorKind::kBadInput,
                     "header " + printable(header.name, 40) + " is malformed");
    }
    // "Name;" is libcurl's spelling of a header that is sent with an empty value.
    added =
        add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value) && added;
  }
  headers_.reset(list);
  if (!added) return failure(ErrorKind::kTransient, "no memory for its headers");
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy_.get(), CURLOPT_USERAGENT, options_.user_agent.c_str());
  return {};
}

void CurlExchange::set_limits() {
  CURL* easy = easy_.get();
  const Duration timeout = std::max(request_.timeout, Duration{1});
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min<Duration>(timeout, kMaxConnectTime).count()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (!options_.connect_to.empty()) {
    connect_to_.reset(curl_slist_append(nullptr, ("::" + options_.connect_to).c_str()));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  }
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);  // share an HTTP/2 connection, not open another
  // A server that vanished without a word is found within about a minute.
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 20L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
}

void CurlExchange::set_proxy() {
  CURL* easy = easy_.get();
  const std::string& proxy = goes_through_ ? options_.egress.url : options_.proxy;
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());  // "" also ignores https_proxy
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");           // and no_proxy: what goes is decided here
  if (goes_through_ && !options_.egress.login.empty()) {
    curl_easy_setopt(easy, CURLOPT_PROXYUSERPWD, options_.egress.login.reveal().c_str());
  }
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void CurlExchange::set_tls() {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options_.insecure_skip_verify ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options_.insecure_skip_verify ? 0L : 2L);
  const bool only = !options_.only_ca_pem.empty();
  const std::string& authorities = only ? options_.only_ca_pem : options_.extra_ca_pem;
  if (!authorities.empty()) {
    const curl_blob pem = blob_of(authorities);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &pem);
    if (only) curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  const bool own = request_.client_certificate_pem.empty();
  const std::string& shown =
      own ? options_.client_certificate_pem : request_.client_certificate_pem;
  if (!shown.empty()) {
    const curl_blob certificate = blob_of(shown);
    const curl_blob key =
        blob_of((own ? options_.client_key_pem : request_.client_key_pem).reveal());
    curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
  }
}

void CurlExchange::set_callbacks() {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_says_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
}

std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t bytes = size * count;
  return static_cast<CurlExchange*>(self)->take_header({data, bytes}) ? bytes : bytes + 1;
}

std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t bytes = size * count;
  return static_cast<CurlExchange*>(self)->take_body({data, bytes}) ? bytes : bytes + 1;
}

curl_socket_t CurlExchange::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto* exchange = static_cast<CurlExchange*>(self);
  const Url& url = exchange->url_;
  const NetOptions& options = exchange->options_;
  const bool direct = options.proxy.empty() && !exchange->goes_through_;
  if (direct && !may_connect(options.addresses, url.host, url.port, address->addr)) {
    exchange->address_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool CurlExchange::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxResponseHeaderBytes) {
    bound_broken_ =
        "the answer's headers are over " + std::to_string(kMaxResponseHeaderBytes) + " bytes";
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a new head: an interim answer (1xx) came before
    response_.headers.clear();
    head_complete_ = false;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (trim(line).empty()) head_complete_ = true;
  if (colon == std::string_view::npos) return true;
  if (bytes_seen_ > 0) return true;  // a trailer: nothing we read may come after the body
  if (++header_count_ > kMaxResponseHeaders) {
    bound_broken_ = "the answer has over " + std::to_string(kMaxResponseHeaders) + " headers";
    return false;
  }
  response_.headers.push_back(
      {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  return true;
}

bool CurlExchange::take_body(std::string_view bytes) {
  bytes_seen_ += bytes.size();
  if (on_bytes_ != nullptr) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      ended_by_caller_ = !(*on_bytes_)(bytes);
      return !ended_by_caller_;
    }
  }
  if (bytes.size() > request_.max_body_bytes - response_.body.size()) {
    bound_broken_ = "the answer is over " + std::to_string(request_.max_body_bytes) + " bytes";
    return false;
  }
  response_.body.append(bytes);
  return true;
}

Result<HttpResponse> CurlExchange::finish(CURLcode code) {
  if (!bound_broken_.empty()) return failure(ErrorKind::kRefused, bound_broken_);
  if (code != CURLE_OK && !ended_by_caller_) return transfer_error(code);
  // libcurl takes a connection that closes within the head for the end of an answer.
  if (!head_complete_) return failure(ErrorKind::kTransient, "the answer ended within its head");
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

Error CurlExchange::failure(ErrorKind kind, std::string_view why) const {
  std::string where =
      url_.host.empty() ? "an unreadable address" : url_.host + ":" + std::to_string(url_.port);
  return make_error(kind, printable(request_.method, 20) + " " + where + ": " + std::string(why));
}

// Never libcurl's own text about headers or addresses: only its name for the error, the system's,
// and for TLS what was wrong with the certificate.
Error CurlExchange::transfer_error(CURLcode code) const {
  if (address_refused_) {
    return failure(ErrorKind::kRefused, "its address is not a public one and not allowed for it");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return failure(ErrorKind::kTimeout,
                   "no complete answer within " + format_duration(request_.timeout));
  }
  if (code == CURLE_URL_MALFORMAT) return failure(ErrorKind::kBadInput, curl_easy_strerror(code));
  if (code == CURLE_UNSUPPORTED_PROTOCOL) {  // parse_url() has let only http and https through
    return failure(ErrorKind::kTransient, "the answer is not HTTP");
  }
  long connect_status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &connect_status);
  if (connect_status >= 300) {
    return failure(ErrorKind::kTransient,
                   "the proxy" + (goes_through_ ? " " + options_.egress.url : std::string()) +
                       " answered HTTP " + std::to_string(connect_status));
  }
  std::string why = curl_easy_strerror(code);
  if (goes_through_) why += " through the proxy " + options_.egress.url;
  long system_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &system_error);
  if (system_error != 0) {
    why += " (" + std::system_category().message(static_cast<int>(system_error)) + ")";
  }
  const bool tls = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
                   code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
  if (tls && curl_says_[0] != '\0') why += ": " + printable(curl_says_, 200);
  return failure(ErrorKind::kTransient, why);
}

}  // namespace freshet

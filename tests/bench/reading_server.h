// A Prometheus in process for the benchmark of reading: every canary of a fleet has two stable pods
// and one of its own, with the labels of Knative's OpenTelemetry metrics scraped by a PodMonitor.
#pragma once

#include <string>
#include <vector>

#include "base/http.h"
#include "base/time.h"

namespace freshet {

class ReadingServer {
 public:
  explicit ReadingServer(Duration scrape_period) : period_(scrape_period) {}

  HttpResponse answer(const HttpRequest& request);
  void set_now(TimePoint now) { now_ = now; }

  int queries() const { return queries_; }
  std::size_t bytes() const { return bytes_; }  // of all answers

  static std::string service_name(int canary);
  static std::string revision_name(int canary, bool stable);

 private:
  std::string answer_counts(const std::string& query) const;
  std::string answer_activators(const std::string& query) const;
  std::string answer_baseline() const;
  std::string samples(int canary, int pod, double rate, Duration window) const;

  Duration period_;
  TimePoint now_{};
  int queries_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace freshet

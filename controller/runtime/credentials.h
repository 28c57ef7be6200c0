// Credentials: which one each followed image is asked for with. Reads the sources in the threads
// that call read_one(), and remembers what each image got and which of several is accepted.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "controller/registry/reading_schedule.h"
#include "controller/runtime/credential_reading.h"
#include "controller/runtime/credential_sources.h"

namespace freshet {

inline constexpr Duration kForgetUnused = minutes(30);  // sources and choices nobody asks for

struct CredentialChoice {
  bool ready = false;     // false: wait; something has not been read yet
  Credential credential;  // anonymous: there is none
  std::string problems;   // what cannot be used, in sentences; of use where the registry refuses
  std::string grant;      // the command that lets the controller read more; ""
  bool secret_denied = false;  // a Secret that is named for this image may not be read
};

// What one call of read_one() did.
struct CredentialReading {
  bool changed = false;    // other content than before, or a new failure
  std::string name_space;  // that it concerns; "": all
};

// Thread-safe.
class Credentials {
 public:
  Credentials(CredentialWorld world, const Clock& clock);

  CredentialChoice choose(const CredentialNeed& need);
  // The registry does not accept the credential with this identity: the sources are read again (not
  // more than once a minute each), and the next of several credentials is tried.
  void refused(const CredentialNeed& need, const std::string& identity);

  // Reads one source that is due, in the calling thread; nullopt if none is. Sources are read side
  // by side by several callers, of helpers one call to each program at a time.
  std::optional<CredentialReading> read_one();
  std::optional<TimePoint> next_due() const;

  // Counts up whenever choose() may answer otherwise than before.
  std::uint64_t version() const;

 private:
  struct Source {
    std::optional<SourceContent> content;
    ReadingSchedule schedule;
    bool is_being_read = false;
    TimePoint used{};
  };
  using NeedKey = std::tuple<std::string, std::string, PullSecretNames>;
  struct Chosen {
    bool known = false;
    std::vector<Credential> credentials;
    std::size_t index = 0;  // of the one that is used
    TimePoint began{};      // when the first of them was tried
    TimePoint used{};
  };
  static NeedKey key_of(const CredentialNeed& need);
  CredentialCandidates candidates(const CredentialNeed& need, TimePoint now);
  bool may_be_read(const SourceKey& key, const Source& source) const;
  void forget_unused(TimePoint now);
  std::optional<SourceKey> take_due(TimePoint now);
  CredentialReading keep(const SourceKey& key, Result<SourceContent> read, TimePoint now);

  const CredentialWorld world_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<SourceKey, Source> sources_;
  std::map<NeedKey, Chosen> chosen_;
  std::set<std::string> busy_helpers_;  // by name
  std::uint64_t version_ = 0;
  TimePoint forget_at_{};  // when unused sources and choices are looked for next
};

}  // namespace freshet

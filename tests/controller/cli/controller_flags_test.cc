// Flags of the controller that cannot be meant: told before anything is connected.
#include <gtest/gtest.h>

#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

struct FlagRow {
  std::string flag;
  std::string value;
  std::string told;
};

TEST(ControllerFlags, SayWhatWasFoundAndWhatIsAllowed) {
  const std::string sizes = "; allowed: 1Mi to 1024Gi, as in 500Mi or 2Gi";
  const std::string rates = "; allowed: HOST[:PORT]=N, where N is a whole number from 1 to 1000";
  const std::vector<FlagRow> rows = {
      {"--max-image-size", "500", "--max-image-size is 500" + sizes},
      {"--max-image-size", "0Mi", "--max-image-size is 0Mi" + sizes},
      {"--max-image-size", "1025Gi", "--max-image-size is 1025Gi" + sizes},
      {"--max-image-size", "1048577Mi", "--max-image-size is 1048577Mi" + sizes},
      {"--max-image-size", "1.5Gi", "--max-image-size is 1.5Gi" + sizes},
      {"--max-image-size", "Gi", "--max-image-size is Gi" + sizes},
      {"--max-image-size", "2GB", "--max-image-size is 2GB" + sizes},
      {"--registry-rate", "r.io", rates},
      {"--registry-rate", "r.io=0", rates},
      {"--registry-rate", "r.io=1001", rates},
      {"--plain-http", "r.io",
       "--plain-http: plain http is allowed for an exact host:port: found 'r.io'"},
      {"--plain-http", "http://r.io:80", "--plain-http: "},
      {"--token-host", "r.io", "--token-host: found 'r.io'; allowed: REGISTRY[:PORT]=HOST[:PORT]"},
      {"--proxy", "socks5://proxy:1080", "--proxy: "},
      {"--proxy", "http://ann:canary@proxy:0", "--proxy: the proxy's URL is malformed beside"},
      {"--analysis-interval", "0s", "--analysis-interval is 0s; allowed: 1s to 5m"},
      {"--analysis-interval", "6m", "--analysis-interval is 6m; allowed: 1s to 5m"},
      {"--prometheus", "prom:9090", "--prometheus: "},
      {"--prometheus-token-file", "t", "--prometheus-… flags need --prometheus"},
      {"--prometheus-header", "nonsense", "--prometheus-… flags need --prometheus"},
      {"--workers", "0", "--workers"},
      {"--max-rollouts", "0", "--max-rollouts"},
      {"--wave-by", "team", "--wave-by"},
      {"--wave-patience", "30s", "--wave-patience is 30s; allowed: 1m to 168h"},
      {"--failure-budget", "none", "--failure-budget"},
      {"--leader-elect-retry-period", "2", "2 has no unit"},
      {"--leader-elect-retry-period", "9s",
       "--leader-elect: lease 15s, renew deadline 10s, retry 9s"},
  };
  for (const FlagRow& row : rows) {
    CliBed bed;
    const CliRun run = bed.run({"controller", row.flag, row.value});
    EXPECT_EQ(run.exit_code, kUsage) << row.flag << " " << row.value;
    EXPECT_NE(run.err.find(row.told), std::string::npos) << row.value << ": " << run.err;
  }
}

}  // namespace
}  // namespace freshet

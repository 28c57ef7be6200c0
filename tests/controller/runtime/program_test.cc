// Real programs within their bounds: /bin/sh stands in for a credential helper.
#include "controller/runtime/program.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "base/text.h"

namespace freshet {
namespace {

ProgramCall script(const std::string& text, Duration time_limit = seconds(10)) {
  ProgramCall call;
  call.arguments = {"sh", "-c", text};
  call.time_limit = time_limit;
  return call;
}

TEST(Program, GetsItsInputAndGivesItsOutputAndStatus) {
  const SystemClock clock;
  ProgramCall call = script("read -r server; echo \"got $server\"; echo canary >&2; exit 3");
  call.input = "ghcr.io\n";
  const auto end = run_to_end(call, clock);
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(end->output, "got ghcr.io\n");
  EXPECT_EQ(end->exit_status, 3);
}

TEST(Program, MayLeaveItsInputUnread) {
  const SystemClock clock;
  ProgramCall call = script("exit 0");
  call.input = std::string(kMaxProgramInput, 'x');
  EXPECT_TRUE(run_to_end(call, clock).has_value());
  EXPECT_EQ(run_to_end(script("kill -9 $$"), clock)->exit_status, 128 + SIGKILL);
}

TEST(Program, IsKilledWithAllThatItStartedWhenItsTimeIsOver) {
  const SystemClock clock;
  const Duration before = clock.monotonic();
  for (const char* slow : {"sleep 60", "sleep 60 & wait", "exec >&-; sleep 60", "sleep 60 &"}) {
    const auto end = run_to_end(script(slow, milliseconds(200)), clock);
    ASSERT_FALSE(end.has_value()) << slow;
    EXPECT_EQ(end.error().kind, ErrorKind::kTimeout) << slow;
  }
  EXPECT_LT(clock.monotonic() - before, seconds(10));
}

TEST(Program, MayNotSayMoreThanIsAllowed) {
  const SystemClock clock;
  const auto end = run_to_end(script("while :; do echo canary canary canary; done"), clock);
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(end.error().message, "running sh: more than 65536 bytes of output");
}

TEST(Program, ThatIsNotThereIsNamed) {
  const SystemClock clock;
  const auto reply = helper_runner(clock, seconds(10))({"freshet-has-none", "r.io"});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(reply.error().message,
            "running docker-credential-freshet-has-none: it cannot be started; is it in PATH?");
}

TEST(Program, SeesNoOpenFilesOfOurs) {
  const SystemClock clock;
  const int leaked = dup(0);
  const auto end = run_to_end(script("ls /proc/self/fd | wc -l"), clock);
  close(leaked);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(trim(end->output), "4") << "the three, and the folder that ls reads";
}

}  // namespace
}  // namespace freshet

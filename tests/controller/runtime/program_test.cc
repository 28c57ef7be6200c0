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

TEST(Program, SeesOurEnvironmentAndWhatTheCallAddsToIt) {
  const SystemClock clock;
  ProgramCall call = script("echo \"$FRESHET_TEST_A $HOME\"; env | grep -c '^HOME='");
  call.variables = {{"FRESHET_TEST_A", "a b"}, {"HOME", "/home/of/the/call"}};
  const auto end = run_to_end(call, clock);
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(end->output, "a b /home/of/the/call\n1\n");
  ASSERT_TRUE(run_to_end(script("test -n \"$PATH\""), clock).has_value());
}

TEST(Program, ThatIsAttendedSpeaksOnOurErrorOutputAndStaysInOurGroup) {
  const SystemClock clock;
  ProgramCall call = script("echo 'sign in' >&2; cut -d' ' -f5 /proc/self/stat");
  call.attended = true;
  ::testing::internal::CaptureStderr();
  const auto end = run_to_end(call, clock);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "sign in\n");
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(trim(end->output), std::to_string(getpgrp()));
}

TEST(Program, ThatIsAttendedIsKilledAsWellWhenItsTimeIsOver) {
  const SystemClock clock;
  ProgramCall call = script("exec sleep 60", milliseconds(200));
  call.attended = true;
  EXPECT_EQ(run_to_end(call, clock).error().kind, ErrorKind::kTimeout);
}

TEST(Program, MayHaveOurInput) {
  const SystemClock clock;
  ProgramCall call = script("readlink /proc/self/fd/0");
  call.shares_input = true;
  const auto end = run_to_end(call, clock);
  ASSERT_TRUE(end.has_value()) << end.error().message;
  std::string ours(256, '\0');
  const ssize_t length = readlink("/proc/self/fd/0", ours.data(), ours.size());
  ASSERT_GT(length, 0);
  EXPECT_EQ(trim(end->output), ours.substr(0, static_cast<std::size_t>(length)));
}

TEST(Program, ThatIsNotThereUnderItsPathIsToldAsTheSystemSaysIt) {
  const SystemClock clock;
  ProgramCall call;
  call.arguments = {"/no/such/program"};
  EXPECT_EQ(run_to_end(call, clock).error(),
            make_error(ErrorKind::kNotFound,
                       "running /no/such/program: it cannot be started: No such file or "
                       "directory"));
  call.arguments = {"/etc/passwd"};
  EXPECT_EQ(run_to_end(call, clock).error(),
            make_error(ErrorKind::kPermanent,
                       "running /etc/passwd: it cannot be started: Permission denied"));
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

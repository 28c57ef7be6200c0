// freshet judge: the analyzer over a recording.
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/replay.h"
#include "config/parse.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/input.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxRecordingBytes = 256 << 20;

struct JudgeOptions {
  std::string recording;
  std::string spec_file;
  std::string format;
  Duration interval = seconds(10);
  bool all = false;
};

// The analysis and rollout parts of the one TrackedService in a file.
Status read_spec(Context& context, const std::string& file, ReplayOptions& into) {
  const Result<std::string> text = read_input(context, file);
  if (!text) return tl::unexpected(text.error());
  const std::vector<ParsedTrackedService> parsed = parse_tracked_services_yaml(*text);
  if (parsed.size() != 1) {
    return tl::unexpected(
        bad_input(file + " must hold one TrackedService, not " + std::to_string(parsed.size())));
  }
  std::string problems;
  for (const Problem& problem : parsed.front().problems) {
    problems += (problems.empty() ? "" : "\n") + file + ": " + to_string(problem);
  }
  if (!problems.empty()) return tl::unexpected(bad_input(std::move(problems)));
  into.spec = parsed.front().object.spec.analysis;
  into.rollout = parsed.front().object.spec.rollout;
  return {};
}

int run_judge(const JudgeOptions& options, Context& context) {
  if (options.interval <= Duration{0}) {
    return report(context, bad_input("--interval must be longer than nothing"));
  }
  ReplayOptions how;
  how.interval = options.interval;
  how.all = options.all;
  if (!options.spec_file.empty()) {
    const Status read = read_spec(context, options.spec_file, how);
    if (!read) return report(context, read.error());
  }
  const Result<std::string> text = read_input(context, options.recording, kMaxRecordingBytes);
  if (!text) return report(context, text.error());
  const Result<ReplayReport> judged = replay(*text, how);
  if (!judged) return report(context, with_context(options.recording, judged.error()));
  if (options.format != "json") {
    context.out.print(print_replay_table(*judged));
    return kDone;
  }
  for (const ReplayLine& line : judged->lines) context.out.print(print_replay_json(line) + "\n");
  return kDone;
}

}  // namespace

void add_judge_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<JudgeOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("judge", "Judge a recording with the metric analyzer");
  command->add_option("--replay", options->recording, "Recording; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--spec", options->spec_file, "TrackedService whose analysis to use")
      ->type_name("FILE");
  command->add_flag("--all", options->all, "Go on after Rollback and Promote");
  add_duration_flag(*command, "--interval", options->interval, "Length of the first interval");
  add_output_flag(*command, options->format, {"table", "json"});
  add_examples(
      *command, context,
      {"judge --replay recording.jsonl", "judge --replay - -o json --all < recording.jsonl"});
  command->callback([options, &context] { context.exit_code = run_judge(*options, context); });
}

}  // namespace freshet

// freshet judge: the analyzer over a recording, and how a recording is made.
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/replay.h"
#include "base/text.h"
#include "config/parse.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/input.h"
#include "controller/cli/judge.h"
#include "controller/cli/judge_explain.h"
#include "controller/cli/prometheus_flags.h"

namespace freshet {

Result<TrackedServiceSpec> spec_in(Context& context, const std::string& file) {
  const Result<std::string> text = read_input(context, file);
  if (!text) return text.error();
  std::vector<ParsedTrackedService> parsed = parse_tracked_services_yaml(*text);
  if (parsed.size() != 1) {
    return bad_input(file + " must hold one TrackedService, not " + std::to_string(parsed.size()));
  }
  std::string problems;
  for (const Problem& problem : parsed.front().problems) {
    problems += (problems.empty() ? "" : "\n") + file + ": " + to_string(problem);
  }
  if (!problems.empty()) return bad_input(std::move(problems));
  return std::move(parsed.front().object.spec);
}

namespace {

constexpr std::size_t kMaxRecordingBytes = 256 << 20;

struct JudgeOptions {
  std::string recording;
  std::string spec_file;
  std::string format;
  Duration interval = seconds(10);
  bool all = false;
  bool explain = false;
  bool ascii = false;
  RecordOptions record;
};

// As the C library decides it: the first of these that is set.
bool speaks_utf8(const Context& context) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = to_lower(context.sources.variable(name).value_or(""));
    if (value.empty()) continue;
    return value.find("utf-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

std::string explained(const JudgeOptions& options, const Context& context,
                      const ReplayReport& judged) {
  ExplainOptions how;
  if (context.out.columns > 0) how.columns = static_cast<std::size_t>(context.out.columns);
  how.colours = context.out.colours;
  how.ascii = options.ascii || !speaks_utf8(context);
  return explain_replay(judged, how);
}

int run_replay(const JudgeOptions& options, Context& context) {
  if (options.interval <= Duration{0}) {
    return report(context, bad_input("--interval must be longer than nothing"));
  }
  ReplayOptions how;
  how.interval = options.interval;
  how.all = options.all;
  if (options.record.spec) {
    how.spec = options.record.spec->analysis;
    how.rollout = options.record.spec->rollout;
  }
  const Result<std::string> text = read_input(context, options.recording, kMaxRecordingBytes);
  if (!text) return report(context, text.error());
  const Result<ReplayReport> judged = replay(*text, how);
  if (!judged) return report(context, with_context(options.recording, judged.error()));
  if (options.explain || options.format != "json") {
    context.out.print(options.explain ? explained(options, context, *judged)
                                      : print_replay_table(*judged));
    return kDone;
  }
  for (const ReplayLine& line : judged->lines) context.out.print(print_replay_json(line) + "\n");
  return kDone;
}

int run_judge(JudgeOptions& options, Context& context) {
  if (options.recording.empty() == options.record.file.empty()) {
    return report(context, bad_input("either --replay FILE or --record FILE is required"));
  }
  if (options.explain && (options.recording.empty() || options.format == "json")) {
    return report(context, bad_input("--explain goes with --replay, and without -o json"));
  }
  if (!options.spec_file.empty()) {
    auto spec = spec_in(context, options.spec_file);
    if (!spec) return report(context, spec.error());
    options.record.spec = *std::move(spec);
  }
  if (!options.record.file.empty()) return run_record(options.record, context);
  return run_replay(options, context);
}

void add_record_flags(CLI::App& command, RecordOptions& options) {
  command.add_option("SERVICE", options.service,
                     "With --record: the tracked service whose rollout to record");
  command.add_option("--record", options.file, "Append live intervals to it; - is standard output")
      ->type_name("FILE");
  add_prometheus_flags(command, options.prometheus);
  command.add_option("--stable", options.stable, "Without SERVICE: the Revision to compare with")
      ->type_name("REVISION");
  command.add_option("--canary", options.canary, "Without SERVICE: the Revision to compare")
      ->type_name("REVISION");
  command.add_option("--percent", options.percent, "Without SERVICE: the canary's share")
      ->type_name("N")
      ->check(CLI::Range(1, 99));
  add_duration_flag(command, "--for", options.length, "Longest recording; 0s: until stopped");
  add_duration_flag(command, "--every", options.every, "Between two looks");
  add_cluster_flags(command, options.cluster);
}

}  // namespace

void add_judge_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<JudgeOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("judge", "Judge a recording with the metric analyzer, or make one");
  command->add_option("--replay", options->recording, "Recording to judge; - is standard input")
      ->type_name("FILE");
  command->add_option("--spec", options->spec_file, "TrackedService whose analysis to use")
      ->type_name("FILE");
  command->add_flag("--all", options->all, "Go on after Rollback and Promote");
  command->add_flag("--explain", options->explain, "Draw the evidence and tell what decided");
  command->add_flag("--ascii", options->ascii, "With --explain: plain characters only");
  add_duration_flag(*command, "--interval", options->interval, "Length of the first interval");
  add_output_flag(*command, options->format, {"table", "json"});
  add_record_flags(*command, options->record);
  add_examples(
      *command, context,
      {"judge --replay recording.jsonl --explain",
       "judge --replay - -o json --all < recording.jsonl",
       "judge --record recording.jsonl checkout -n shop --prometheus http://localhost:9090",
       "judge --record - -n shop --stable checkout-00007 --canary checkout-00008 --percent 5 "
       "--prometheus http://localhost:9090"});
  command->callback([options, &context] { context.exit_code = run_judge(*options, context); });
}

}  // namespace freshet

// `freshet demo`: three rebuilt images in a simulated cluster, watched live.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/demo_story.h"
#include "controller/cli/flags.h"
#include "controller/cli/render.h"
#include "controller/cli/simulated.h"

namespace freshet {

namespace {

constexpr Duration kFrame{125};  // of the person's time
constexpr std::size_t kShownEvents = 8;
constexpr double kDefaultSpeed = 120;  // virtual seconds a second

struct DemoFlags {
  double speed = kDefaultSpeed;
  std::uint64_t seed = 1;
  std::string scenario = "three";
  bool hold = false;
};

// Facts as they happen: a screen shows the last few, plain output one line each.
class Events {
 public:
  explicit Events(Context& context) : context_(context) {}

  void take(const LogLine& line, Duration since_start) {
    std::string service;
    std::string message;
    for (const auto& [name, value] : line.fields) {
      if (name == "service") service = value;
      if (name == "message") message = value;
    }
    if (message.empty()) return;
    std::string text = fmt::format("{:>8}  {:<14} {:<16} {}", "+" + format_age(since_start),
                                   service.substr(service.find('/') + 1), line.event, message);
    if (!context_.out.interactive) context_.out.print(text + "\n");
    lines_.push_back(std::move(text));
    if (lines_.size() > kShownEvents) lines_.pop_front();
  }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  Context& context_;
  std::deque<std::string> lines_;
};

void draw(Context& context, DemoStory& story, const Events& events) {
  if (!context.out.interactive) return;
  std::vector<ServiceRow> rows;
  for (const ServiceKey& key : story.services()) rows.push_back(service_row(story.detail(key)));
  RenderOptions options;
  options.now = story.cluster().now();
  options.colours = context.out.colours;
  options.columns = context.out.columns;
  std::string screen = fmt::format("freshet demo: a simulated cluster, {} after the rebuilds\n\n",
                                   format_age(story.since_rebuilds()));
  screen += fleet_table(rows, options) + "\n";
  for (const std::string& line : events.lines()) screen += line + "\n";
  context.out.redraw(screen);
}

// Virtual time goes `speed` times as fast as the person's; where nobody watches, as fast as it can.
void play(Context& context, DemoStory& story, const Events& events, double speed) {
  const auto frame = std::chrono::duration_cast<Duration>(kFrame * speed);
  while (!story.is_over() && !context.stop()) {
    const Duration began = context.clock.monotonic();
    story.cluster().run_until(story.cluster().now() + std::max<Duration>(frame, milliseconds(1)));
    draw(context, story, events);
    const Duration took = context.clock.monotonic() - began;
    if (context.out.interactive && took < kFrame) context.sleep(kFrame - took);
  }
}

int run_demo(Context& context, const DemoFlags& flags) {
  Events events(context);
  DemoStory* running = nullptr;
  DemoStory story(flags.seed, flags.scenario, [&](const LogLine& line) {
    if (running != nullptr) events.take(line, running->since_rebuilds());
  });
  context.out.print(story.introduction());
  if (!story.adopt()) {
    context.out.complain("the simulated services were not adopted");
    return kFailed;
  }
  running = &story;
  story.rebuild();
  play(context, story, events, flags.speed);
  draw(context, story, events);
  context.out.print(story.summary());
  while (flags.hold && context.out.interactive && !context.stop()) context.sleep(kFrame);
  return story.ended_well() ? kDone : kFailed;
}

}  // namespace

void add_demo_command(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("demo", "Watch three rebuilt images roll out in a simulated cluster");
  auto flags = std::make_shared<DemoFlags>();
  command->add_option("--speed", flags->speed, "Simulated seconds a second")
      ->check(CLI::Range(1.0, 100000.0))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "Of the simulated users")->capture_default_str();
  add_choice(
      command->add_option("--scenario", flags->scenario, "Which images are rebuilt, and how"),
      {"three", "good", "errors", "never-ready"})
      ->capture_default_str();
  command->add_flag("--hold", flags->hold, "Keep the last screen until Ctrl-C");
  command->callback([&context, flags] { context.exit_code = run_demo(context, *flags); });
}

}  // namespace freshet

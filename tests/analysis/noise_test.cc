// Noise beyond chance: what is learned of it, and that it tempers what is judged.
#include "analysis/dispersion.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

// Minutes of a share whose chance is drawn anew each minute between the two.
ShareNoise minutes_of(double low, double high, int count, std::uint64_t seed = 1) {
  ArmTraffic traffic(seed);
  ShareNoise noise;
  for (int i = 0; i < count; ++i) {
    const std::int64_t whole = 200;
    add(noise, static_cast<double>(traffic.binomial(whole, traffic.uniform(low, high))), whole);
    close_against_last(noise);
  }
  return noise;
}

TEST(Noise, OfChanceAloneIsOne) {
  EXPECT_NEAR(dispersion(minutes_of(0.3, 0.3, 2000)), 1, 0.1);
  EXPECT_EQ(dispersion(ShareNoise{}), 1);
}

TEST(Noise, BeyondChanceIsFoundByItsSize) {
  // Variance of the chance 0.2² / 12 on 200: 1 + 199 × 0.00333 / 0.21.
  EXPECT_NEAR(dispersion(minutes_of(0.2, 0.4, 2000)), 1 + 199 * 0.04 / 12 / 0.21, 0.6);
}

TEST(Noise, OfRareEventsIsNotInventedByTheirRarity) {
  ArmTraffic traffic(2);
  ShareNoise noise;
  for (int i = 0; i < 3000; ++i) {
    add(noise, static_cast<double>(traffic.poisson(0.4)), 300);
    close_against_last(noise);
  }
  EXPECT_NEAR(dispersion(noise), 1, 0.1);
}

TEST(Noise, AChangeThatLastsCountsOnce) {
  ShareNoise noise;
  for (int i = 0; i < 60; ++i) {
    add(noise, i < 30 ? 2 : 60, 200);
    close_against_last(noise);
  }
  EXPECT_LT(dispersion(noise), 1.3);
}

TEST(Noise, SlowWanderingShowsAgainstAllThatWas) {
  ShareNoise last;
  ShareNoise all;
  for (int i = 0; i < 60; ++i) {
    const double part = 20 + (i < 30 ? i : 60 - i);
    for (ShareNoise* noise : {&last, &all}) add(*noise, part, 200);
    close_against_last(last);
    close_against_all(all);
  }
  EXPECT_LT(dispersion(last), 1.1);
  EXPECT_GT(dispersion(all), 2);
  EXPECT_GT(relative_spread(all), relative_spread(last));
}

TEST(Noise, BetweenHalvesOfStableTempersWhatIsHeldAgainstTheCanary) {
  const AnalysisSettings settings;
  Evidence plain = started(settings);
  Evidence noisy = plain;
  for (int i = 0; i < 180; ++i) {
    Interval one = interval(i, {50, 0}, {450, 6});
    one.stable_half = {225, 3};
    plain = advance(std::move(plain), one, settings);
    one.stable_half.errors = i / 6 % 2 == 0 ? 6 : 0;  // one half of the instances, by the minute
    noisy = advance(std::move(noisy), one, settings);
  }
  EXPECT_EQ(judged(plain, settings, at_percent(10)).dispersion, 1);
  EXPECT_GT(judged(noisy, settings, at_percent(10)).dispersion, 3);
  const Interval bad = interval(180, {50, 4}, {450, 6});
  const auto grown = [&](const Evidence& e) {
    return log_value(advance(e, bad, settings).metrics[0].uncapped) -
           log_value(e.metrics[0].uncapped);
  };
  EXPECT_LT(grown(noisy), grown(plain) / 2);
}

TEST(Noise, GivenByTheUserIsTakenAsGiven) {
  AnalysisSettings settings;
  settings.dispersion = 3;
  EXPECT_EQ(judged(after(settings, 3, {50, 0}, {450, 6}), settings, at_percent(10)).dispersion, 3);
}

}  // namespace
}  // namespace freshet

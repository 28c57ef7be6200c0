// Bounded JSON: a builder behind the library's event parser, and reading without exceptions.
#include "base/json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/text.h"

namespace freshet {
namespace {

// Builds the document from the parser's events, so that depth and duplicate keys are refused while
// parsing: a hostile document never becomes a value. Messages never quote the text around an error,
// which may be a credential.
class BoundedBuilder final : public nlohmann::json_sax<Json> {
 public:
  using Spoil = std::function<void(Json&)>;
  BoundedBuilder() = default;
  // Objects at `depth` that hold something too deep are spoilt instead of the whole.
  BoundedBuilder(std::size_t depth, const Spoil& spoil) : object_depth_(depth), spoil_(&spoil) {}

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool value) override { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override {
    return put(value) != nullptr;
  }
  // Copied: the parser goes on with its buffer, and need not let a new one grow.
  bool string(string_t& value) override { return put(std::as_const(value)) != nullptr; }
  bool binary(binary_t&) override { return fail("binary data"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (skipped_ > 0) return true;
    auto& object = open_.back()->get_ref<Json::object_t&>();
    const std::size_t before = object.size();
    // At the end where keys come in their order, as in every text that was dumped.
    const auto place = object.emplace_hint(object.end(), name, nullptr);
    if (object.size() == before) {
      return fail("key \"" + printable(name, 80) + "\" stands twice in one object");
    }
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_position_ = position;
    return false;
  }

  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }
  std::size_t error_position() const { return error_position_; }

 private:
  // Containers on `open_` stay where they are: only the innermost one grows.
  Json* put(Json value) {
    if (skipped_ > 0) return &skipped_value_;
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    *member_ = std::move(value);
    return member_;
  }

  bool open(Json container) {
    if (skipped_ > 0 || (spoil_ != nullptr && is_deepest())) {
      ++skipped_;
      is_cut_ = true;
      return true;
    }
    if (is_deepest()) {
      return fail("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    open_.push_back(put(std::move(container)));
    return true;
  }

  bool close() {
    if (skipped_ > 0) {
      --skipped_;
      return true;
    }
    if (is_cut_ && open_.size() == object_depth_) {
      (*spoil_)(*open_.back());
      is_cut_ = false;
    }
    open_.pop_back();
    return true;
  }
  bool is_deepest() const { return open_.size() >= static_cast<std::size_t>(kMaxJsonDepth); }

  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::size_t object_depth_ = 0;
  const Spoil* spoil_ = nullptr;
  std::size_t skipped_ = 0;  // containers that are open and too deep
  Json skipped_value_;
  bool is_cut_ = false;  // within the object that is open
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // where the value of the last key goes
  std::string problem_;
  std::size_t error_position_ = 0;
};

std::string describe_position(std::string_view text, std::size_t position) {
  if (position > text.size()) return "it ends too early";
  const std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = before.size() - (newline == before.npos ? 0 : newline + 1);
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column + 1);
}

Result<Json> build(BoundedBuilder builder, std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return bad_input("JSON of " + std::to_string(text.size()) + " bytes is larger than " +
                     std::to_string(max_bytes));
  }
  if (!is_valid_utf8(text)) return bad_input("not JSON: it is not UTF-8");
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    if (!builder.problem().empty()) return bad_input("refused JSON: " + builder.problem());
    return bad_input("not JSON: " + describe_position(text, builder.error_position()));
  }
  return builder.take();
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t max_bytes) {
  return build(BoundedBuilder(), text, max_bytes);
}

Result<Json> parse_json_of_objects(std::string_view text, std::size_t max_bytes, std::size_t depth,
                                   const std::function<void(Json& object)>& spoil) {
  return build(BoundedBuilder(depth, spoil), text, max_bytes);
}

std::string dump_json(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.shrink_to_fit();  // it grew by doubling, and is often kept
  return text;
}

std::string dump_json_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json& at_path(const Json& value, std::initializer_list<std::string_view> path) {
  static const Json kNull;
  const Json* here = &value;
  for (const std::string_view key : path) {
    here = find_member(*here, key);
    if (here == nullptr) return kNull;
  }
  return *here;
}

std::string string_or(const Json& object, std::string_view key, std::string_view fallback) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return std::string(fallback);
  return member->get<std::string>();
}

std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_number_integer()) return fallback;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (member->is_number_unsigned() && member->get<std::uint64_t>() > kMax) return fallback;
  return member->get<std::int64_t>();
}

double number_or(const Json& object, std::string_view key, double fallback) {
  const Json* member = find_member(object, key);
  return member != nullptr && member->is_number() ? member->get<double>() : fallback;
}

bool bool_or(const Json& object, std::string_view key, bool fallback) {
  const Json* member = find_member(object, key);
  return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

}  // namespace freshet

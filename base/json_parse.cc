// Bounded JSON: one builder behind two parsers.
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

// What is done with parts of a document.
struct Exceptions {
  std::size_t object_depth = 0;  // objects there that hold something too deep are spoilt…
  const std::function<void(Json&)>* spoil = nullptr;  // …instead of the whole
  const LeftOutMembers* left_out = nullptr;
};

// Builds the document from a parser's events, so that depth and duplicate keys are refused while
// parsing: a hostile document never becomes a value. Messages never quote the text around an error,
// which may be a credential.
class BoundedBuilder {
 public:
  explicit BoundedBuilder(const Exceptions& exceptions) : exceptions_(exceptions) {}

  template <class Value>
  bool scalar(Value&& value) {
    if (!is_skipping() && !take_left_out()) put(std::forward<Value>(value));
    return true;
  }

  bool key(std::string_view name) {
    if (is_skipping()) return true;
    if (is_left_out(name)) return is_next_left_out_ = true;
    auto& object = open_.back()->get_ref<Json::object_t&>();
    const std::size_t before = object.size();
    // At the end where keys come in their order, as in every text that was dumped.
    const auto place = object.emplace_hint(object.end(), name, nullptr);
    if (object.size() == before) {
      return fail("key \"" + printable(name, 80) + "\" stands twice in one object");
    }
    member_ = &place->second;
    if (exceptions_.left_out != nullptr && name == exceptions_.left_out->kept_whole) {
      kept_whole_ = member_;
    }
    return true;
  }

  bool open(Json container) {
    const bool is_deepest = open_.size() >= static_cast<std::size_t>(kMaxJsonDepth);
    if (is_skipping() || take_left_out()) {
      ++skipped_;
      return true;
    }
    if (is_deepest && exceptions_.spoil != nullptr) {
      ++skipped_;
      return is_cut_ = true;
    }
    if (is_deepest) {
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
    if (is_cut_ && open_.size() == exceptions_.object_depth) {
      (*exceptions_.spoil)(*open_.back());
      is_cut_ = false;
    }
    open_.pop_back();
    return true;
  }

  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  // Whether what comes next is not built: it need not be told.
  bool is_skipping() const { return skipped_ > 0; }
  bool take_left_out() { return std::exchange(is_next_left_out_, false); }
  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  // Containers on `open_` stay where they are: only the innermost one grows.
  template <class Value>
  Json* put(Value&& value) {
    if (open_.empty()) {
      root_ = std::forward<Value>(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::forward<Value>(value));
    }
    *member_ = std::forward<Value>(value);
    return member_;
  }

  bool is_left_out(std::string_view name) const {
    if (exceptions_.left_out == nullptr || open_.back() == kept_whole_) return false;
    const auto& names = exceptions_.left_out->names;
    return std::ranges::find(names, name) != names.end();
  }

  Exceptions exceptions_;
  std::size_t skipped_ = 0;  // containers that are open and not built
  bool is_next_left_out_ = false;
  bool is_cut_ = false;  // something too deep was, within the object that is open
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // where the value of the last key goes
  const Json* kept_whole_ = nullptr;
  std::string problem_;
};

using simdjson::dom::element_type;

template <class T>
T known(simdjson::simdjson_result<T> value) {
  return std::move(value).value_unsafe();  // asked for by its type
}

bool tell(const simdjson::dom::element& value, BoundedBuilder& builder);

bool tell_members(const simdjson::dom::object& object, BoundedBuilder& builder) {
  if (!builder.open(Json::object())) return false;
  if (builder.is_skipping()) return builder.close();
  for (const auto& [name, member] : object) {
    if (!builder.key(name)) return false;
    if (!builder.take_left_out() && !tell(member, builder)) return false;
  }
  return builder.close();
}

bool tell_items(const simdjson::dom::array& array, BoundedBuilder& builder) {
  if (!builder.open(Json::array())) return false;
  if (builder.is_skipping()) return builder.close();
  for (const auto& item : array) {
    if (!tell(item, builder)) return false;
  }
  return builder.close();
}

bool tell(const simdjson::dom::element& value, BoundedBuilder& builder) {
  switch (value.type()) {
    case element_type::OBJECT: return tell_members(known(value.get_object()), builder);
    case element_type::ARRAY: return tell_items(known(value.get_array()), builder);
    case element_type::STRING: return builder.scalar(std::string(known(value.get_string())));
    case element_type::UINT64: return builder.scalar(known(value.get_uint64()));
    case element_type::DOUBLE: return builder.scalar(known(value.get_double()));
    case element_type::BOOL: return builder.scalar(known(value.get_bool()));
    case element_type::NULL_VALUE: return builder.scalar(nullptr);
    case element_type::INT64: {
      const std::int64_t number = known(value.get_int64());
      if (number < 0) return builder.scalar(number);
      return builder.scalar(static_cast<std::uint64_t>(number));  // as the other parser has it
    }
    default: return builder.fail("a value of unknown kind");  // of a newer simdjson
  }
}

// The quick parser takes up to thirteen times the text's size while it reads; the other next to
// nothing.
constexpr std::size_t kMaxQuickBytes = 4 << 20;

// The quick parser. nullopt: it refuses the text, but does not say where and why; or it holds no
// number of that size, which the other rounds; or the text is too large for it.
std::optional<bool> parse_quickly(std::string_view text, BoundedBuilder& builder) {
  if (text.size() > kMaxQuickBytes) return std::nullopt;
  simdjson::dom::parser parser;
  const auto parsed = parser.parse(text.data(), text.size());
  if (parsed.error() != simdjson::SUCCESS) return std::nullopt;
  return tell(parsed.value_unsafe(), builder);
}

// The thorough parser's events.
class Events final : public nlohmann::json_sax<Json> {
 public:
  explicit Events(BoundedBuilder& builder) : builder_(builder) {}

  bool null() override { return builder_.scalar(nullptr); }
  bool boolean(bool value) override { return builder_.scalar(value); }
  bool number_integer(number_integer_t value) override { return builder_.scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return builder_.scalar(value); }
  bool number_float(number_float_t value, const string_t&) override {
    return builder_.scalar(value);
  }
  // Copied: the parser goes on with its buffer, and need not let a new one grow.
  bool string(string_t& value) override { return builder_.scalar(std::as_const(value)); }
  bool binary(binary_t&) override { return builder_.fail("binary data"); }
  bool start_object(std::size_t) override { return builder_.open(Json::object()); }
  bool end_object() override { return builder_.close(); }
  bool start_array(std::size_t) override { return builder_.open(Json::array()); }
  bool end_array() override { return builder_.close(); }
  bool key(string_t& name) override { return builder_.key(name); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_position_ = position;
    return false;
  }
  std::size_t error_position() const { return error_position_; }

 private:
  BoundedBuilder& builder_;
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

Result<Json> built(bool whole, BoundedBuilder& builder) {
  if (whole) return builder.take();
  return bad_input("refused JSON: " + builder.problem());
}

Result<Json> parse_thoroughly(std::string_view text, const Exceptions& exceptions) {
  if (!is_valid_utf8(text)) return bad_input("not JSON: it is not UTF-8");
  BoundedBuilder builder(exceptions);
  Events events(builder);
  const bool whole = Json::sax_parse(text.begin(), text.end(), &events);
  if (!whole && builder.problem().empty()) {
    return bad_input("not JSON: " + describe_position(text, events.error_position()));
  }
  return built(whole, builder);
}

Result<Json> parse(std::string_view text, std::size_t max_bytes, const Exceptions& exceptions) {
  if (text.size() > max_bytes) {
    return bad_input("JSON of " + std::to_string(text.size()) + " bytes is larger than " +
                     std::to_string(max_bytes));
  }
  BoundedBuilder builder(exceptions);
  if (const auto whole = parse_quickly(text, builder)) return built(*whole, builder);
  return parse_thoroughly(text, exceptions);
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t max_bytes) {
  return parse(text, max_bytes, {});
}

Result<Json> parse_json_of_objects(std::string_view text, std::size_t max_bytes, std::size_t depth,
                                   const std::function<void(Json& object)>& spoil) {
  return parse(text, max_bytes, {depth, &spoil, nullptr});
}

Result<Json> parse_json_without(std::string_view text, std::size_t max_bytes,
                                const LeftOutMembers& left_out) {
  return parse(text, max_bytes, {0, nullptr, &left_out});
}

}  // namespace freshet

// Objects: a type made of named fields. A field is listed once, with everything known about it.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/types.h"

namespace freshet::config {

template <class Owner>
struct Field {
  FieldInfo info;
  std::function<bool(const Cursor&, Owner&)> read;
  std::function<Node(const Owner&)> print;  // a null node: equal to the default, or nothing there
};

// A field that is a member of its owner. Its default is what Owner{} has.
template <class Owner, class T>
Field<Owner> field(std::string name, T Owner::*member, Type<T> type, std::string doc) {
  const Node default_node = type.print(Owner{}.*member);
  std::string default_text = node_to_flow(default_node);
  const bool nothing = default_node.kind == Node::Kind::kNull || default_text == "\"\"" ||
                       default_node.kind == Node::Kind::kMap;
  if (nothing) default_text.clear();
  return {FieldInfo{std::move(name), std::move(doc), default_text, type.shape, false},
          [member, read = type.read](const Cursor& at, Owner& owner) {
            return read(at, owner.*member);
          },
          [member, usual = Owner{}.*member, print = type.print](const Owner& owner) {
            return owner.*member == usual ? Node{} : print(owner.*member);
          }};
}

// A field whose value is worked out from its owner. `get` returns an optional: nothing to write.
template <class Owner, class T, class Get, class Set>
Field<Owner> computed_field(std::string name, Type<T> type, Get get, Set set, std::string doc) {
  return {FieldInfo{std::move(name), std::move(doc), "", type.shape, false},
          [set, read = type.read](const Cursor& at, Owner& owner) {
            T value{};
            if (!read(at, value)) return false;
            set(owner, std::move(value));
            return true;
          },
          [get, print = type.print](const Owner& owner) {
            const std::optional<T> value = get(owner);
            return value ? print(*value) : Node{};
          }};
}

// Written even where it equals the default.
template <class Owner, class T>
Field<Owner> always(Field<Owner> plain, T Owner::*member, Type<T> type) {
  plain.print = [member, print = type.print](const Owner& owner) { return print(owner.*member); };
  return plain;
}

// An object without it is refused.
template <class Owner>
Field<Owner> required(Field<Owner> plain) {
  plain.info.required = true;
  return plain;
}

template <class Owner>
using Check = std::function<void(const Cursor&, const Owner&)>;

// `check` sees the whole object, once every field by itself is good.
template <class Owner>
Type<Owner> object_type(std::vector<Field<Owner>> fields, Check<Owner> check = nullptr) {
  Shape shape;
  shape.form = Shape::Form::kObject;
  shape.allowed = "a mapping";
  std::vector<std::string> names;
  for (const Field<Owner>& one : fields) {
    shape.fields.push_back(one.info);
    names.push_back(one.info.name);
  }
  auto read = [fields, check, names](const Cursor& at, Owner& into) {
    if (at.node.kind != Node::Kind::kMap) return at.refuse("a mapping");
    bool good = true;
    for (const NodeEntry& entry : at.node.entries) {
      const auto known = [&entry](const Field<Owner>& f) { return f.info.name == entry.key; };
      const auto found = std::find_if(fields.begin(), fields.end(), known);
      if (found != fields.end()) {
        good = found->read(at.field(entry.key, entry.value), into) && good;
      } else if (!at.lenient) {
        good = at.unknown(entry, names);
      }
    }
    for (const Field<Owner>& one : fields) {
      if (!one.info.required || at.lenient || at.node.find(one.info.name)) continue;
      good = at.fail(one.info.name + " is missing", one.info.shape.allowed);
    }
    if (good && check) check(at, into);
    return good || at.lenient;
  };
  auto print = [fields](const Owner& owner) {
    Node map = map_node();
    for (const Field<Owner>& one : fields) {
      Node value = one.print(owner);
      if (value.kind != Node::Kind::kNull) add_entry(map, one.info.name, std::move(value));
    }
    return map;
  };
  return {std::move(shape), std::move(read), std::move(print)};
}

}  // namespace freshet::config

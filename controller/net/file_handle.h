// An open file of the system (a pipe's end, a socket, an epoll set), closed when its owner goes.
#pragma once

#include <unistd.h>

#include <utility>

namespace freshet {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int handle) : handle_(handle) {}  // below 0: none
  FileHandle(FileHandle&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~FileHandle() { close(); }
  int get() const { return handle_; }
  void close() {
    if (handle_ >= 0) ::close(std::exchange(handle_, -1));
  }

 private:
  int handle_ = -1;
};

}  // namespace freshet

// Processes of tests against real programs: started with arguments, ended by their own id.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace freshet {

class Process {
 public:
  // The program's output goes to the file `output`.
  static Result<Process> start(const std::vector<std::string>& arguments,
                               const std::string& output);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process() { end(); }

  void end();  // asks it to end, and waits until it has
  int wait();  // its exit status, or 128 + signal

 private:
  explicit Process(int pid) : pid_(pid) {}
  int pid_ = -1;
};

// Runs to its end; its output is in the error if it fails.
Status run_program(const std::vector<std::string>& arguments, const std::string& output);

Result<int> free_loopback_port();

}  // namespace freshet

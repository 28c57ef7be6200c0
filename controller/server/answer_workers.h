// The few threads that answer whole requests, and the queue before them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace freshet {

class AnswerWorkers {
 public:
  using Task = std::function<void()>;
  AnswerWorkers(int threads, std::size_t most_waiting);
  ~AnswerWorkers();  // what has begun is finished, what waits is dropped

  bool add(Task task);  // false: too many wait already

 private:
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  bool ends_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace freshet

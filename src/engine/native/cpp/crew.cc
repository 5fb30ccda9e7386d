#include "crew.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fabulist {
namespace {

// How often a waiting thread looks before it lets others run.
constexpr int kLooks = 4000;
// How long a member expects more work before it sleeps: the next kernel of a step comes within this time.
constexpr std::chrono::microseconds kAwake(100);

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <typename Condition>
void spinUntil(Condition condition) {
  for (int looks = 0; !condition(); looks++) {
    if (looks < kLooks) pause();
    else sched_yield();
  }
}

int processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

int threadsAllowed() {
  const char* told = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int wanted = told ? std::atoi(told) : 0;
  return std::max(1, std::min(kMostMembers, wanted > 0 ? wanted : processors()));
}

class Crew {
 public:
  Crew() {
    const int wanted = threadsAllowed();
    try {
      for (; size_ < wanted; size_++) std::thread(&Crew::serve, this, size_).detach();
    } catch (const std::system_error&) {
      // No more threads are allowed here: it goes on with those it has.
    }
  }

  void run(int most, const Task& task) {
    const int members = std::min(most, size_);
    std::unique_lock<std::mutex> taken(inUse_, std::try_to_lock);
    if (members < 2 || !taken.owns_lock()) {
      Meeting alone(1);
      task(0, 1, alone);
      return;
    }
    Meeting meeting(members);
    task_ = &task;
    meeting_ = &meeting;
    members_ = members;
    left_.store(size_ - 1, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(sleep_);
      job_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    task(0, members, meeting);
    spinUntil([this] { return left_.load(std::memory_order_acquire) == 0; });
  }

 private:
  void serve(int member) {
    for (int seen = 0;;) {
      const auto until = std::chrono::steady_clock::now() + kAwake;
      while (job_.load(std::memory_order_acquire) == seen && std::chrono::steady_clock::now() < until) pause();
      if (job_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(sleep_);
        wake_.wait(lock, [&] { return job_.load(std::memory_order_acquire) != seen; });
      }
      seen = job_.load(std::memory_order_acquire);
      if (member < members_) (*task_)(member, members_, *meeting_);
      left_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  int size_ = 1;
  std::mutex inUse_;
  std::mutex sleep_;
  std::condition_variable wake_;
  std::atomic<int> job_{0};
  std::atomic<int> left_{0};
  const Task* task_ = nullptr;
  Meeting* meeting_ = nullptr;
  int members_ = 0;
};

}  // namespace

void Meeting::wait() {
  if (members_ == 1) return;
  const int round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == members_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  spinUntil([&] { return round_.load(std::memory_order_acquire) != round; });
}

void share(int most, const Task& task) {
  // Never taken down: its threads may still look at it while the process ends.
  static Crew* crew = new Crew();
  crew->run(most, task);
}

}  // namespace fabulist

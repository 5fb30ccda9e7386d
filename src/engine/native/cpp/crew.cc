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
      for (; size_ < wanted; size_++) std::thread(&Crew::serve, this).detach();
    } catch (const std::system_error&) {
      // No more threads are allowed here: it goes on with those it has.
    }
  }

  int size() const { return size_; }

  // Calls work for each part; false where another thread has the crew.
  bool run(int parts, const std::function<void(int)>& work) {
    std::unique_lock<std::mutex> taken(inUse_, std::try_to_lock);
    if (!taken.owns_lock()) return false;
    parts_.store(parts, std::memory_order_relaxed);
    work_.store(&work, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    const uint64_t job = (next_.load(std::memory_order_relaxed) >> 32) + 1;
    {
      std::lock_guard<std::mutex> lock(sleep_);
      next_.store(job << 32, std::memory_order_release);
    }
    wake_.notify_all();
    takeParts(job);
    spinUntil([&] { return done_.load(std::memory_order_acquire) == parts; });
    // Closed before the next job is written, so that nobody who comes late takes a part of it for one of this.
    next_.store(job << 32 | kClosed, std::memory_order_release);
    return true;
  }

 private:
  static constexpr uint64_t kClosed = 0xffffffff;

  void takeParts(uint64_t job) {
    for (;;) {
      uint64_t next = next_.load(std::memory_order_acquire);
      const int parts = parts_.load(std::memory_order_relaxed);
      const auto* work = work_.load(std::memory_order_relaxed);
      const uint64_t part = next & kClosed;
      if (next >> 32 != job || part >= static_cast<uint64_t>(parts)) return;
      // If it is still the next one, what was read belongs to this job.
      if (!next_.compare_exchange_weak(next, next + 1, std::memory_order_acq_rel)) continue;
      (*work)(static_cast<int>(part));
      done_.fetch_add(1, std::memory_order_acq_rel);
    }
  }

  void serve() {
    for (uint64_t seen = 0;;) {
      const auto job = [&] { return next_.load(std::memory_order_acquire) >> 32; };
      const auto until = std::chrono::steady_clock::now() + kAwake;
      while (job() == seen && std::chrono::steady_clock::now() < until) pause();
      if (job() == seen) {
        std::unique_lock<std::mutex> lock(sleep_);
        wake_.wait(lock, [&] { return job() != seen; });
      }
      seen = job();
      takeParts(seen);
    }
  }

  int size_ = 1;
  std::mutex inUse_;
  std::mutex sleep_;
  std::condition_variable wake_;
  // The number of the job, and below it the next part that nobody has taken.
  std::atomic<uint64_t> next_{kClosed};
  std::atomic<int> parts_{0};
  std::atomic<int> done_{0};
  std::atomic<const std::function<void(int)>*> work_{nullptr};
};

Crew& crew() {
  // Never taken down: its threads may still look at it while the process ends.
  static Crew* only = new Crew();
  return *only;
}

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

int partsOfAll() { return kPartsEach * crew().size(); }

void divide(int most, const std::function<void(int, int)>& work) {
  const int parts = most > 1 ? std::min(most, partsOfAll()) : 1;
  if (parts > 1 && crew().size() > 1 && crew().run(parts, [&](int part) { work(part, parts); })) return;
  work(0, 1);
}

void gather(int most, const std::function<void(int, int, Meeting&)>& work) {
  const int members = most > 1 ? std::min(most, crew().size()) : 1;
  Meeting meeting(members);
  // Who has a part waits in it for the others, so that no member takes two.
  if (members > 1 && crew().run(members, [&](int member) { work(member, members, meeting); })) return;
  Meeting alone(1);
  work(0, 1, alone);
}

}  // namespace fabulist

// The threads that share a kernel's work.
#pragma once
#include <atomic>
#include <functional>

namespace fabulist {

// More would wait for each other longer than they help.
constexpr int kMostMembers = 8;

// Where the members of a crew wait for each other. A wait is short or the machine is busy: it spins, then lets others run.
class Meeting {
 public:
  explicit Meeting(int members) : members_(members) {}
  void wait();

 private:
  const int members_;
  std::atomic<int> arrived_{0};
  std::atomic<int> round_{0};
};

// Work of one member: which one it is, how many there are, and where they meet.
using Task = std::function<void(int member, int members, Meeting& meeting)>;

// Calls the task once for each member, of which the caller is the first; returns when all are done. most: members at most. There are
// as many as TensorFlow may use threads (TF_NUM_INTRAOP_THREADS, else the processors of this process), kMostMembers at most, and one
// where another thread has the crew.
void share(int most, const Task& task);

}  // namespace fabulist

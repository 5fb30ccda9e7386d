// The threads that share a kernel's work.
#pragma once
#include <atomic>
#include <functional>

namespace fabulist {

// More would wait for each other longer than they help.
constexpr int kMostMembers = 8;
// Parts for each thread, so that one that comes late takes fewer.
constexpr int kPartsEach = 4;
constexpr int kMostParts = kPartsEach * kMostMembers;

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

// Into how many parts `divide` divides what can be divided at will.
int partsOfAll();

// Calls work for each of `parts` parts, kMostParts at most; returns when all are done. Whoever is free takes the next part: a
// thread that another program keeps from running holds nobody up. There are as many threads as TensorFlow may use
// (TF_NUM_INTRAOP_THREADS, else the processors of this process), kMostMembers at most, and the caller alone where another
// thread has the crew. most: parts that the work can be divided into.
void divide(int most, const std::function<void(int part, int parts)>& work);

// Calls work once for each member, who meet while they work, so that all must come. most: members at most.
void gather(int most, const std::function<void(int member, int members, Meeting& meeting)>& work);

}  // namespace fabulist

#pragma once

#include "sink/client/host.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <thread>

namespace dv::sink {

/* A thread that gets no signals: they are the main thread's. */
std::thread quiet_thread(std::function<void()> work);

/*
 * Work in a thread of its own, one piece at a time: MongoDB may stall, and PostgreSQL wants its answers.  The work owns
 * all that it uses: the task may be gone before it ends, where the sink is to stop and the server does not answer.
 */
class Task
{
public:
	Task();

	void start(std::function<void()> work);
	[[nodiscard]] bool running() const { return running_; }
	/* Whether the work has ended; what it threw is thrown. */
	bool finished();
	/* Can be read when the work has ended. */
	[[nodiscard]] int fd() const;

private:
	struct Shared;

	std::shared_ptr<Shared> shared_;
	bool running_ = false;
};

/* For a thread that prepares the next piece of work while another one does this. */
class Beside
{
public:
	Beside() = default;
	~Beside();
	Beside(const Beside &) = delete;
	Beside &operator=(const Beside &) = delete;

	/* Both wait for the piece before, and throw what it has thrown. */
	void start(std::function<void()> work);
	void settle();

private:
	std::thread thread_;
	std::exception_ptr thrown_;
};

/* Runs the work to its end; when the host is to stop, that is given some seconds. */
void run_task(Host &host, std::function<void()> work);

/* The same, of work that has a result. */
template <typename Result>
Result
result_of(Host &host, std::function<Result()> work)
{
	auto result = std::make_shared<Result>();

	run_task(host, [result, work = std::move(work)] { *result = work(); });
	return std::move(*result);
}

/* Several descriptors as one that can be waited for. */
class Descriptors
{
public:
	Descriptors();
	~Descriptors();
	Descriptors(const Descriptors &) = delete;
	Descriptors &operator=(const Descriptors &) = delete;

	void add(int fd);
	void remove(int fd);
	[[nodiscard]] int fd() const { return epoll_; }

private:
	int epoll_;
};

} // namespace dv::sink

#include "sink/client/task.hpp"

#include "sink/client/failure.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace dv::sink {
namespace {

const int grace = 5000; /* milliseconds, for work that runs when the sink is to stop */

int
checked(int fd)
{
	if (fd < 0)
		throw Failure(Remedy::retry, std::string("could not wait for events: ") + std::strerror(errno));
	return fd;
}

} // namespace

struct Task::Shared
{
	Shared() : fd(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {}
	~Shared() { close(fd); }
	Shared(const Shared &) = delete;
	Shared &operator=(const Shared &) = delete;

	void signal() const
	{
		std::uint64_t one = 1;
		(void) !write(fd, &one, sizeof(one));
	}
	void reset() const
	{
		std::uint64_t count = 0;
		(void) !read(fd, &count, sizeof(count));
	}

	const int fd;
	std::atomic<bool> done{false};
	std::exception_ptr thrown;
};

std::thread
quiet_thread(std::function<void()> work)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	try
	{
		std::thread thread(std::move(work));
		pthread_sigmask(SIG_SETMASK, &before, nullptr);
		return thread;
	}
	catch (...)
	{
		pthread_sigmask(SIG_SETMASK, &before, nullptr);
		throw;
	}
}

Task::Task() : shared_(std::make_shared<Shared>()) {}

int
Task::fd() const
{
	return shared_->fd;
}

void
Task::start(std::function<void()> work)
{
	shared_->done = false;
	shared_->thrown = nullptr;
	quiet_thread([shared = shared_, work = std::move(work)]() mutable {
		try
		{
			work();
		}
		catch (...)
		{
			shared->thrown = std::current_exception();
		}
		work = nullptr;
		shared->done = true;
		shared->signal();
	}).detach();
	running_ = true;
}

bool
Task::finished()
{
	if (!running_ || !shared_->done)
		return false;
	running_ = false;
	shared_->reset();
	if (std::exception_ptr thrown = std::exchange(shared_->thrown, nullptr))
		std::rethrow_exception(thrown);
	return true;
}

Beside::~Beside()
{
	if (thread_.joinable())
		thread_.join();
}

void
Beside::start(std::function<void()> work)
{
	settle();
	thread_ = quiet_thread([this, work = std::move(work)] {
		try
		{
			work();
		}
		catch (...)
		{
			thrown_ = std::current_exception();
		}
	});
}

void
Beside::settle()
{
	if (thread_.joinable())
		thread_.join();
	if (std::exception_ptr thrown = std::exchange(thrown_, nullptr))
		std::rethrow_exception(thrown);
}

void
run_task(Host &host, std::function<void()> work)
{
	Task task;

	task.start(std::move(work));
	while (!task.finished())
	{
		if (host.stopping())
		{
			pollfd end = {task.fd(), POLLIN, 0};
			poll(&end, 1, grace);
			if (!task.finished())
				throw Failure(Remedy::again, "the sink is to stop");
			return;
		}
		host.wait(1000, task.fd());
	}
}

Descriptors::Descriptors() : epoll_(checked(epoll_create1(EPOLL_CLOEXEC))) {}

Descriptors::~Descriptors()
{
	close(epoll_);
}

void
Descriptors::add(int fd)
{
	epoll_event event = {};

	event.events = EPOLLIN;
	event.data.fd = fd;
	checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event));
}

void
Descriptors::remove(int fd)
{
	epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

} // namespace dv::sink

//! Child processes that never outlive their parent.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus},
    sync::{LazyLock, mpsc},
    thread,
    time::{Duration, Instant},
};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How often something without an event of its own is looked at again.
const POLL_PAUSE: Duration = Duration::from_millis(10);

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a program in a process group of its own, so that Ctrl-C on the terminal reaches only its parent.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn spawn(mut command: Command) -> io::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.process_group(0);
        let child = spawn_tied(command)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot start {name}: {error}")))?;
        Ok(Self { child })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(kill_process(self.pid(), signal)?)
    }

    /// The processor time that it has used since it was started, where the system tells.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        cpu_of(self.pid(), false)
    }

    /// The same with that of its children, gone ones included.
    pub(crate) fn cpu_with_children(&self) -> Option<Duration> {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", pid.as_raw_nonzero())).ok()?;
        let children = children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?));
        // One that went between the two is counted by its parent the next time.
        Some(cpu_of(pid, true)? + children.filter_map(|child| cpu_of(child, true)).sum::<Duration>())
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Asks it to stop; kills it if it has not done so within `limit`, which is an error.
    pub(crate) fn stop(mut self, signal: Signal, limit: Duration) -> io::Result<ExitStatus> {
        self.signal(signal)?;
        wait_until("the program to stop", limit, || self.ended())
    }

    /// `kill -9`, and waits until it is gone.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn kill(mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Order {
    command: Command,
    answer: mpsc::Sender<io::Result<Child>>,
}

/// The death signal below is sent when the *thread* that started the child ends, so one that never ends starts them all.
static STARTER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
    let (orders, inbox) = mpsc::channel::<Order>();
    thread::spawn(move || {
        for Order { mut command, answer } in inbox {
            // Whoever ordered it waits for the answer.
            let _ = answer.send(command.spawn());
        }
    });
    orders
});

/// Starts a child that the system kills when this process ends, even by `kill -9`.
fn spawn_tied(mut command: Command) -> io::Result<Child> {
    die_with_parent(&mut command);
    let (answer, answered) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts programs is gone");
    STARTER.send(Order { command, answer }).map_err(|_| gone())?;
    answered.recv().map_err(|_| gone())?
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let tie = move || {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // The parent may have ended before the line above took effect.
        if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    };
    #[expect(unsafe_code, reason = "runs between fork and exec; makes two system calls and allocates nothing")]
    unsafe {
        command.pre_exec(tie);
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

/// The processor time of a process, with that of its children that are gone if asked for.
fn cpu_of(pid: Pid, with_gone: bool) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // Behind the name, which may hold anything: utime, stime, cutime and cstime are the 14th to 17th, in hundredths of a
    // second.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let counted = if with_gone { 11..15 } else { 11..13 };
    let ticks: u64 = fields.get(counted)?.iter().map(|ticks| ticks.parse::<u64>().unwrap_or(0)).sum();
    Some(Duration::from_millis(ticks * 10))
}

/// Looks until `look` finds something.
///
/// # Errors
///
/// What `look` answers, or that the time is up.
pub(crate) fn wait_until<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> io::Result<Option<T>>,
) -> io::Result<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > end {
            let text = format!("waited {} s in vain for {what}", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        thread::sleep(POLL_PAUSE);
    }
}

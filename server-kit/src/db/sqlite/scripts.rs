//! The thread that runs scripts: as many in one commit as are waiting.
//!
//! sqlx hands each statement to a thread and each result back. For statements that take some microseconds that costs more
//! than they do, and while one side is being woken the other waits. So scripts have a thread and a connection of their own,
//! and go there as a whole.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
    sync::Arc,
    thread,
};

use rusqlite::{
    Batch, Connection, Error as Failure, ErrorCode, OpenFlags, Statement, Transaction, TransactionBehavior,
    fallible_iterator::FallibleIterator, ffi,
};
use tokio::sync::{mpsc, oneshot};

use super::{
    BATCH_MAX, BUSY_TIMEOUT, CHECKPOINT, QUEUE, Turn, WRITER_CACHE,
    script::{Script, Told},
};
use crate::Error;

/// What a script answered: the id that it returned last, or nothing, where it was refused.
type Answer = Result<Option<i64>, Error>;

/// A script, and who waits for it.
struct Job {
    script: Script,
    answer: oneshot::Sender<Answer>,
}

/// The way to the thread. Cheap to clone.
#[derive(Clone)]
pub(super) struct Scripts(mpsc::Sender<Option<Job>>);

impl Scripts {
    /// Starts the thread. It opens the file when the first script comes, and writes while it has the `turn`.
    pub(super) fn start(path: &Path, turn: Arc<Turn>) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let path = path.to_owned();
        thread::Builder::new().name("sqlite-scripts".to_owned()).spawn(move || serve(&path, &turn, queue))?;
        Ok(Self(jobs))
    }

    /// Runs a script; what it wrote is durable when it is answered.
    pub(super) async fn run(&self, script: Script) -> Answer {
        let gone = || Error::Unavailable("the database", None);
        let (answer, answered) = oneshot::channel();
        self.0.send(Some(Job { script, answer })).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Ends the thread when it has done what is waiting.
    pub(super) async fn close(&self) {
        let _ = self.0.send(None).await;
        self.0.closed().await;
    }
}

/// The queue is gone when the connection is closed: [`Scripts::close`] waits for that.
fn serve(path: &Path, turn: &Turn, mut queue: mpsc::Receiver<Option<Job>>) {
    while let Some(Some(first)) = queue.blocking_recv() {
        match open(path) {
            Ok(conn) => return Writer::new(&conn).serve(turn, first, &mut queue),
            Err(error) => {
                tracing::error!(%error, "cannot open the database for scripts");
                first.tell(Err(explain(error)));
            }
        }
    }
}

fn open(path: &Path) -> Result<Connection, Failure> {
    // It was made before, with its tables.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = {WRITER_CACHE}; \
         PRAGMA wal_autocheckpoint = {CHECKPOINT}"
    ))?;
    Ok(conn)
}

impl Job {
    /// The caller may have gone; the write stands all the same.
    fn tell(self, answer: Answer) {
        let _ = self.answer.send(answer);
    }
}

/// A statement, its parameters, and whether it returns something.
struct Step<'c> {
    statement: Statement<'c>,
    parameters: Vec<Parameter>,
    returns: bool,
}

/// Where the value of a parameter comes from, and which of those there it is.
enum Parameter {
    /// The caller.
    Told(usize),
    /// A statement before.
    Returned(usize),
}

/// The connection, and the statements of each script that has been run, by where its text is.
struct Writer<'c> {
    conn: &'c Connection,
    steps: HashMap<*const u8, Vec<Step<'c>>>,
}

impl<'c> Writer<'c> {
    fn new(conn: &'c Connection) -> Self {
        Self { conn, steps: HashMap::new() }
    }

    fn serve(mut self, turn: &Turn, first: Job, queue: &mut mpsc::Receiver<Option<Job>>) {
        let (mut next, mut last) = (Some(first), false);
        while let Some(first) = next {
            let turn = turn.blocking_lock();
            self.write(first, &mut || {
                let waiting = queue.try_recv();
                last |= matches!(waiting, Ok(None));
                waiting.ok().flatten()
            });
            drop(turn);
            next = if last { None } else { queue.blocking_recv().flatten() };
        }
    }

    /// Writes the first one, and the others that come meanwhile.
    fn write(&mut self, first: Job, others: &mut dyn FnMut() -> Option<Job>) {
        let mut jobs = vec![first];
        match self.commit(&mut jobs, others) {
            Ok(done) => jobs.into_iter().zip(done).for_each(|(job, id)| job.tell(Ok(id))),
            // One of them can't be done, which is not to be the others' loss.
            Err(_) if jobs.len() > 1 => jobs.into_iter().for_each(|job| self.write(job, &mut || None)),
            Err(error) => {
                if let Some(job) = jobs.pop() {
                    job.tell(Err(explain(error)));
                }
            }
        }
    }

    /// Runs the first job, and each one that comes meanwhile, in one transaction. Nothing is left of any if that fails.
    fn commit(
        &mut self,
        jobs: &mut Vec<Job>,
        others: &mut dyn FnMut() -> Option<Job>,
    ) -> Result<Vec<Option<i64>>, Failure> {
        let transaction = Transaction::new_unchecked(self.conn, TransactionBehavior::Immediate)?;
        let mut done = Vec::new();
        while done.len() < BATCH_MAX {
            if done.len() == jobs.len() {
                let Some(job) = others() else { break };
                jobs.push(job);
            }
            done.push(self.run(&jobs[done.len()].script)?);
        }
        transaction.commit()?;
        Ok(done)
    }

    /// Runs a script. It is refused, if at all, before it has written anything: that is no failure, and no id.
    fn run(&mut self, script: &Script) -> Result<Option<i64>, Failure> {
        let steps = match self.steps.entry(script.text.as_ptr()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(prepare(self.conn, script.text)?),
        };
        let (mut returned, mut written) = (Vec::new(), false);
        for step in steps {
            match step.run(&script.values, &returned) {
                Ok(Done::Nothing) if !written => return Ok(None),
                Ok(Done::Nothing) => return Err(Failure::StatementChangedRows(0)),
                Ok(Done::Changed) => written = true,
                Ok(Done::Returned(id)) => returned.push(id),
                Err(error) if is_refusal(&error) && !written => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(returned.pop().flatten())
    }
}

fn prepare<'c>(conn: &'c Connection, text: &str) -> Result<Vec<Step<'c>>, Failure> {
    let mut batch = Batch::new(conn, text);
    let (mut steps, mut names) = (Vec::new(), Vec::<String>::new());
    while let Some(statement) = batch.next()? {
        let parameter = |index| {
            let name = statement.parameter_name(index).unwrap_or_default();
            let told = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()?.checked_sub(1));
            let returned = || names.iter().position(|returned| Some(returned.as_str()) == name.strip_prefix(':'));
            let found = told.map(Parameter::Told).or_else(|| returned().map(Parameter::Returned));
            found.ok_or_else(|| Failure::InvalidParameterName(name.to_owned()))
        };
        let parameters = (1..=statement.parameter_count()).map(parameter).collect::<Result<_, _>>()?;
        let returns = statement.column_count() > 0;
        if returns {
            names.push(statement.column_name(0)?.to_owned());
        }
        steps.push(Step { statement, parameters, returns });
    }
    Ok(steps)
}

/// What a statement did.
enum Done {
    /// It returned this, or would have if it had been run.
    Returned(Option<i64>),
    Changed,
    Nothing,
}

impl Step<'_> {
    fn run(&mut self, told: &[Told], returned: &[Option<i64>]) -> Result<Done, Failure> {
        let mut list = None;
        for (index, parameter) in (1..).zip(&self.parameters) {
            match parameter {
                Parameter::Told(nth) => match told.get(*nth) {
                    Some(Told::Each(values)) => list = Some((index, values)),
                    Some(Told::One(value)) => self.statement.raw_bind_parameter(index, value)?,
                    None => return Err(Failure::InvalidParameterCount(told.len(), nth + 1)),
                },
                Parameter::Returned(nth) => self.statement.raw_bind_parameter(index, returned.get(*nth))?,
            }
        }
        let Some((index, values)) = list else { return self.step() };
        let mut done = if self.returns { Done::Returned(None) } else { Done::Changed };
        for value in values {
            self.statement.raw_bind_parameter(index, value)?;
            done = self.step()?;
            if matches!(done, Done::Nothing) {
                break;
            }
        }
        Ok(done)
    }

    fn step(&mut self) -> Result<Done, Failure> {
        if !self.returns {
            return Ok(if self.statement.raw_execute()? > 0 { Done::Changed } else { Done::Nothing });
        }
        let mut rows = self.statement.raw_query();
        let Some(row) = rows.next()? else { return Ok(Done::Nothing) };
        Ok(Done::Returned(Some(row.get(0)?)))
    }
}

/// Whether the database objected to what a statement would have done: a row that it refers to is gone, a key is taken, a
/// condition did not hold.
fn is_refusal(error: &Failure) -> bool {
    let Failure::SqliteFailure(error, _) = error else { return false };
    error.code == ErrorCode::ConstraintViolation && error.extended_code != ffi::SQLITE_CONSTRAINT_TRIGGER
}

/// What passes is a 503; what doesn't is our fault.
fn explain(error: Failure) -> Error {
    use ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
    match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure | CannotOpen) => {
            Error::Unavailable("the database", Some(error.into()))
        }
        _ => Error::internal(error),
    }
}

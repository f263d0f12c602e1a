//! What the system's allocator is asked to do otherwise.

/// Has large blocks given back to the system as soon as they are free. glibc begins to keep them after the first one, for
/// each thread: the 19 MiB that a password is hashed in would stay for each thread that ever hashed one.
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const LARGE: libc::c_int = 1024 * 1024;
        #[expect(unsafe_code, reason = "there is no safe way to tell glibc")]
        // SAFETY: it takes two numbers and refers to no memory of ours.
        let told = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
        if told == 0 {
            tracing::debug!("the allocator keeps large blocks");
        }
    }
}

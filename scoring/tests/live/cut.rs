//! A way to the database that is cut at the worst moment: when a commit is done, and before anybody is told.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What PostgreSQL says of rows that were written; it is sent when they are committed.
const WRITTEN: &[u8] = b"INSERT 0 ";

/// A way that somebody may have prepared to be cut.
pub(crate) struct Way {
    pub(crate) address: SocketAddr,
    armed: Arc<AtomicBool>,
}

impl Way {
    pub(crate) async fn to(database: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = Self { address: listener.local_addr().unwrap(), armed: Arc::default() };
        let armed = Arc::clone(&way.armed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, database, Arc::clone(&armed)));
            }
        });
        way
    }

    /// Cuts the connection over which the next commit is told.
    pub(crate) fn cut_after_commit(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Whether it was cut.
    pub(crate) fn is_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, database: SocketAddr, armed: Arc<AtomicBool>) {
    let Ok(mut server) = TcpStream::connect(database).await else { return };
    let ((mut asked, mut told), (mut answered, mut asks)) = (client.split(), server.split());
    let down = async {
        let (mut bytes, mut seen) = (vec![0; 64 << 10], Vec::new());
        while let Ok(count @ 1..) = answered.read(&mut bytes).await {
            // The end of what came before may be the beginning of it.
            seen.drain(..seen.len().saturating_sub(WRITTEN.len()));
            seen.extend_from_slice(&bytes[..count]);
            let is_written = seen.windows(WRITTEN.len()).any(|window| window == WRITTEN);
            if is_written && armed.swap(false, Ordering::SeqCst) || told.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = tokio::io::copy(&mut asked, &mut asks) => {}
        () = down => {}
    }
}

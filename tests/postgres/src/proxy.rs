//! A passage to a server that somebody can cut, at any byte and in either direction, or hold up.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    There,
    /// From the server to the client.
    Back,
}

/// What is to happen to what passes.
#[derive(Debug, Default)]
struct Orders {
    /// Cut whatever connection passes so many more bytes that way, of those in which a turn was begun.
    cut: Option<(Way, usize)>,
    /// How many connections were cut.
    cuts: usize,
    /// To which port what is new is led.
    port: u16,
    /// Nothing passes.
    held: bool,
    /// Every connection there is ends, and none is taken.
    closed: bool,
    connections: Vec<TcpStream>,
}

#[derive(Default)]
struct State {
    orders: Mutex<Orders>,
    changed: Condvar,
}

impl State {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of these bytes pass, and whether the connection is cut behind them.
    fn pass(&self, way: Way, bytes: usize, is_turn: bool) -> (usize, bool) {
        let mut orders = self.orders();
        while orders.held && !orders.closed {
            orders = self.changed.wait(orders).unwrap_or_else(PoisonError::into_inner);
        }
        match orders.cut {
            Some((cut, left)) if is_turn && cut == way => {
                if bytes < left {
                    orders.cut = Some((cut, left - bytes));
                    (bytes, false)
                } else {
                    orders.cut = None;
                    orders.cuts += 1;
                    (left, true)
                }
            }
            Some(_) | None => (bytes, orders.closed),
        }
    }
}

/// A passage from a port of its own to a server's.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

impl Proxy {
    /// Begins to let everything through to that port of this machine.
    ///
    /// # Errors
    /// Where no port can be had.
    pub fn before(port: u16) -> Result<Self, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
        let own = listener.local_addr().map_err(|error| error.to_string())?.port();
        let state = Arc::new(State::default());
        state.orders().port = port;
        let passing = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (closed, port) = {
                    let orders = passing.orders();
                    (orders.closed, orders.port)
                };
                if !closed {
                    // One that can't be led on ends, and its client sees it.
                    let _ = lead(client, port, &passing);
                }
            }
        });
        Ok(Self { port: own, state })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads whoever comes from now on to that port. Who is on the way stays there.
    pub fn lead_to(&self, port: u16) {
        self.state.orders().port = port;
    }

    /// Cuts the next connection with a turn that passes so many more bytes that way.
    pub fn cut_after(&self, way: Way, bytes: usize) {
        self.state.orders().cut = Some((way, bytes));
    }

    /// Cuts nothing from now on; how many connections were cut before.
    pub fn spare(&self) -> usize {
        let mut orders = self.state.orders();
        orders.cut = None;
        orders.cuts
    }

    /// Lets nothing through, or again everything.
    pub fn hold(&self, held: bool) {
        self.state.orders().held = held;
        self.state.changed.notify_all();
    }

    /// Ends every connection and takes none, or takes them again.
    pub fn close(&self, closed: bool) {
        let mut orders = self.state.orders();
        orders.closed = closed;
        for connection in orders.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        self.state.changed.notify_all();
    }
}

fn lead(client: TcpStream, port: u16, state: &Arc<State>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut orders = state.orders();
    // Those that are over are open files.
    orders.connections.retain(|connection| connection.peer_addr().is_ok());
    orders.connections.extend([client.try_clone()?, server.try_clone()?]);
    drop(orders);
    let is_turn = Arc::new(Mutex::new(false));
    for way in [Way::There, Way::Back] {
        let (from, to) = match way {
            Way::There => (client.try_clone()?, server.try_clone()?),
            Way::Back => (server.try_clone()?, client.try_clone()?),
        };
        let (state, is_turn) = (Arc::clone(state), Arc::clone(&is_turn));
        std::thread::spawn(move || {
            // However it ends, both sides are told.
            let _ = pass(&from, &to, way, &state, &is_turn);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, way: Way, state: &State, is_turn: &Mutex<bool>) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = from.read(&mut buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        let mut turn = is_turn.lock().unwrap_or_else(PoisonError::into_inner);
        *turn |= way == Way::There && bytes.windows(5).any(|window| window == b"BEGIN");
        let has_turn = *turn;
        drop(turn);
        let (passed, is_cut) = state.pass(way, bytes.len(), has_turn);
        to.write_all(bytes.get(..passed).unwrap_or_default())?;
        if is_cut {
            return Ok(());
        }
    }
}

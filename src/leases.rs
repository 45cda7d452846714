//! Work that one instance at a time must do. Whoever claims a lease holds it until a time it must renew before;
//! after that another may claim it. Claims are by compare-and-swap on the row.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::schema::audit::leases;

/// Claims or renews a lease; answers whether `holder` has it now.
pub fn claim(conn: &mut Connection, name: &str, holder: Id, now: UtcTime, seconds: i64) -> QueryResult<bool> {
    let until = now.plus_seconds(seconds);
    let free = leases::holder.eq(holder).or(leases::until.lt(now));
    let taken = diesel::update(leases::table.filter(leases::name.eq(name).and(free)))
        .set((leases::holder.eq(holder), leases::until.eq(until)))
        .execute(conn)?;
    if taken == 1 {
        return Ok(true);
    }
    let row = (
        leases::name.eq(name),
        leases::holder.eq(holder),
        leases::until.eq(until),
    );
    Ok(crate::insert_unless_there!(conn, leases, row)? == 1)
}

/// Gives a lease back, so that another need not wait for its end.
pub fn release(conn: &mut Connection, name: &str, holder: Id, now: UtcTime) -> QueryResult<()> {
    let held = leases::name.eq(name).and(leases::holder.eq(holder));
    diesel::update(leases::table.filter(held))
        .set(leases::until.eq(now.plus_seconds(-1)))
        .execute(conn)
        .map(drop)
}

/// What the holder noted on the lease.
pub fn mark(conn: &mut Connection, name: &str) -> QueryResult<Option<String>> {
    let mark: Option<Option<String>> = leases::table
        .find(name)
        .select(leases::mark)
        .first(conn)
        .optional()?;
    Ok(mark.flatten())
}

/// Notes something on a lease that is held.
pub fn set_mark(conn: &mut Connection, name: &str, mark: &str) -> QueryResult<()> {
    diesel::update(leases::table.find(name))
        .set(leases::mark.eq(mark))
        .execute(conn)
        .map(drop)
}

//! Lists of any length, a page at a time.

use std::borrow::Borrow;

use userstore_core::{Page, PageRequest};

use crate::args::Limit;
use crate::context::Context;
use crate::exit::Failure;
use crate::output::Record;

/// How many records are held at a time.
const PAGE: u16 = 200;

/// Prints a list up to the limit, page after page; nothing is printed when not even the first one can be had.
pub(super) async fn print<R, T, F>(limit: &Limit, context: &mut Context<'_>, fetch: F) -> Result<(), Failure>
where
    R: Record,
    T: Borrow<R>,
    F: AsyncFn(PageRequest) -> userstore_core::Result<Page<T>>,
{
    let mut left = limit.limit.unwrap_or(u64::MAX);
    let request = |left: u64| PageRequest::first().limit(u16::try_from(left).unwrap_or(PAGE).min(PAGE));
    let mut page = fetch(request(left)?).await?;
    let mut list = context.list::<R>()?;
    loop {
        for record in &page.items {
            list.add(record.borrow())?;
        }
        list.flush()?;
        left = left.saturating_sub(page.items.len() as u64);
        match page.next {
            Some(next) if left > 0 => page = fetch(request(left)?.after(next)).await?,
            _ => return Ok(list.finish()?),
        }
    }
}

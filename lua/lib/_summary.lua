-- What a caller sees of the item: a flat list of texts, '' for what is absent.
local function summaryOf(item, marked)
  local shown = marked and item.pendingSeq > 0
  local known = item.position >= 0 or item.pendingSeq > 0 or item.deferred ~= 0 or item.target ~= ''
  return {
    known and '1' or '0', digits(item.available), digits(item.held), digits(item.sold), digits(item.stocked),
    item.opens_at, item.closes_at, item.per_user_limit, item.paused, item.price, item.currency, item.hold_seconds,
    item.max_hold_seconds, digits(item.rules), digits(item.position), marked and '1' or '0',
    shown and digits(item.pendingSeq) or '', shown and digits(item.pending) or '', digits(item.rejected), item.refused
  }
end

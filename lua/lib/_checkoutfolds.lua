-- How the kinds of record are folded that version 2 of the rules brought. Under version 1 they are unreadable, and one
-- that was so stays so when it is read again.

-- `nameOf` gives the order and the attempt of a record whose arguments begin at a place.
local function since(nameOf, fold)
  return function(item, offset, at, fresh)
    local text
    if not fresh then
      text = unreadableBefore(offset)
    elseif item.rules < CHECKOUT then
      local request, attempt = nameOf(at)
      text = unreadable(request, attempt, offset)
    end
    if text then answer(text) else fold(item, offset, at, fresh) end
  end
end

local function nameless() return '', '1' end

-- Their records name no attempt where all versions look for it.
local function firstOf(at) return words[at], '1' end

local function attemptOfConfirm(at)
  return words[at + 1] == '' and '1' or words[at + 1]
end

folds['wide-place'] = since(function(at) return words[at], words[at + 3] end, folds.place)

-- It names no order, and always has an answer: '-' where it is understood.
folds['wide-sale'] = since(nameless, function(item, offset, at, fresh)
  folds.sale(item, offset, at, fresh)
  answer('-')
end)

folds.hold = since(firstOf, function(item, offset, at, fresh)
  if not fresh then return answer(lookUp(item, words[at], '1', offset)) end
  local request, user, amount, acceptedAt, seconds = unpack(words, at, at + 4)
  answer(hold(item, offset, request, user, amount, acceptedAt, seconds, words[at + 5]))
end)

folds.confirm = since(firstOf, function(item, offset, at, fresh)
  if not fresh then return answer(lookUp(item, words[at], attemptOfConfirm(at), offset)) end
  answer(confirm(item, offset, unpack(words, at, at + 4)))
end)

folds.expire = since(nameless, function(item, offset, at, fresh)
  for part = at + 2, after('expire', at) - 1, EXPIRED_PART do
    if fresh then
      answer(expire(item, offset, words[part], words[part + 1], words[at]))
    else
      answer(lookUp(item, words[part], words[part + 1], offset))
    end
  end
end)

folds.refund = since(firstOf, function(item, offset, at, fresh)
  if not fresh then return answer(lookUp(item, words[at], words[at + 1], offset)) end
  local request, attempt, restock, isByHand = unpack(words, at, at + 3)
  answer(refund(item, offset, request, attempt, restock, isByHand, words[at + 4]))
end)

extends Object
# The protocol without socket and JSON: dictionaries in, signals out; requests in, lists out.
# This file is written so that both Godot 3 and Godot 4 read it.

signal greeted(hello)
signal beat(bar, beat_in_bar, section, tempo_bpm)
signal bar(bar, section)
signal section(name)
signal receipt(id, status, reason)
signal saved(id, text)
signal refused(id, sentence)

const MOST_AT_ONCE = 256 # requests in a line; the engine takes 1,024, and 65,536 bytes

var is_ready = false
var hello = {}
var parameters = {} # the latest values, which a new connection is told
var states = {}
var unsent = {}
var requests = []
var last_bar = -1
var ids = 0


# Of the values that are set in one frame, the latest is sent.
func set_parameter(name, value):
	if parameters.has(name) and parameters[name] == value:
		return
	parameters[name] = value
	unsent[name] = value


func set_state(group, value):
	states[group] = value
	if is_ready: # else it is sent after hello
		requests.append({"state": {group: value}})


# Puts a request that is answered under its id, and returns the id.  Without a connection it is
# refused.
func ask(request, id):
	if id == "":
		ids += 1
		id = "godot-" + str(ids)
	request["id"] = id
	if is_ready:
		requests.append(request)
	else:
		emit_signal("refused", id, "the engine is not connected")
	return id


# `text` is what `saved` gave.  It stays text, because Godot reads all numbers as floats.
func restore(text, id):
	if id == "":
		ids += 1
		id = "godot-" + str(ids)
	if is_ready:
		_put_parameters()
		requests.append("{\"restore\":" + text + ",\"id\":\"" + id + "\"}")
	else:
		emit_signal("refused", id, "the engine is not connected")
	return id


# What is to be sent now, each a line: transactions, and texts that are JSON already.
func take_requests():
	if not is_ready:
		return []
	_put_parameters()
	var found = []
	var one = []
	for request in requests:
		if typeof(request) == TYPE_STRING:
			if one.size() > 0:
				found.append(one)
			found.append(request)
			one = []
			continue
		one.append(request)
		if one.size() == MOST_AT_ONCE:
			found.append(one)
			one = []
	if one.size() > 0:
		found.append(one)
	requests = []
	return found


# The connection was lost: what is set from now on waits for the next one.
func lose():
	is_ready = false
	requests = []
	last_bar = -1


# Takes a message from the engine, and the line that it was.
func take(message, line):
	if message.has("hello"):
		_greet(message["hello"])
	elif message.has("beat"):
		_take_beat(message["beat"])
	elif message.has("section"):
		var told = message["section"]
		if told.get("status", "") == "plays":
			emit_signal("section", told["target"])
	elif message.has("receipt"):
		emit_signal("receipt", message["receipt"], message["status"], str(message["reason"]))
	elif message.has("saved"):
		emit_signal("saved", _text(message.get("id")), inner_object(line))
	elif message.has("error"):
		emit_signal("refused", _text(message.get("id")), message["error"])


# The first object within the object that a line is, as text.
func inner_object(line):
	var depth = 0
	var from = 0
	var is_text = false
	var i = 0
	while i < line.length():
		var c = line[i]
		if is_text:
			if c == "\\":
				i += 1
			elif c == "\"":
				is_text = false
		elif c == "\"":
			is_text = true
		elif c == "{":
			depth += 1
			if depth == 2:
				from = i
		elif c == "}":
			depth -= 1
			if depth == 1:
				return line.substr(from, i + 1 - from)
		i += 1
	return "{}"


func _put_parameters():
	for name in unsent:
		requests.append({"parameter": name, "value": unsent[name]})
	unsent.clear()


func _greet(told):
	hello = told
	if not is_ready:
		is_ready = true
		requests.append({"subscribe": ["beat", "section"]})
		if states.size() > 0:
			requests.append({"state": states.duplicate()})
		for name in parameters:
			unsent[name] = parameters[name]
	emit_signal("greeted", hello)


func _take_beat(told):
	var place = told["position"].split(".")
	var number = int(place[0])
	emit_signal("beat", number, int(place[1]), told["section"], told["tempo_bpm"])
	if number != last_bar:
		last_bar = number
		emit_signal("bar", number, told["section"])


func _text(id):
	return "" if id == null else id

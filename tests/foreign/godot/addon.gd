extends SceneTree
# A game in Godot 3 with `messages.gd` and `pcm.gd` of the add-on: all of it except the socket, JSON and sound,
# which Godot 4 does in another way.  It prints what it heard as a line of JSON, and ends.

var socket = StreamPeerTCP.new()
var value = float(OS.get_environment("ADAPTIVE_VALUE"))
var began = OS.get_ticks_msec()
var heard = ""
var messages
var pcm
var frames = []
var frame = 0
var told = {}

func _init():
	messages = load(OS.get_environment("ADAPTIVE_ADDON") + "/messages.gd").new()
	pcm = load(OS.get_environment("ADAPTIVE_ADDON") + "/pcm.gd").new()
	pcm.connect_to("127.0.0.1", int(OS.get_environment("ADAPTIVE_HTTP_PORT")))
	for name in ["greeted", "beat", "bar", "receipt", "saved", "refused"]:
		messages.connect(name, self, "_on_" + name)
	messages.ask({"event": "hit"}, "early")
	messages.set_parameter("threat", 0.0) # these wait for the connection
	messages.set_state("place", "inn")
	socket.connect_to_host("127.0.0.1", int(OS.get_environment("ADAPTIVE_PORT")))

func _idle(_delta):
	if socket.get_status() == StreamPeerTCP.STATUS_CONNECTED:
		hear()
		if messages.is_ready and frame < 10:
			frame += 1
			messages.set_parameter("threat", value * frame / 10)
			if frame == 10:
				messages.ask({"event": "hit", "velocity": 0.5}, "hit")
		for request in messages.take_requests():
			var line = request if typeof(request) == TYPE_STRING else JSON.print(request)
			socket.put_data((line + "\n").to_utf8())
	frames += pcm.take_frames()
	var is_all = told.has("restored") and told.has("beat") and frames.size() >= 12000
	if OS.get_ticks_msec() - began > 15000 or is_all or pcm.is_lost():
		var loudest = 0.0
		for frame_of_two in frames:
			loudest = max(loudest, max(abs(frame_of_two.x), abs(frame_of_two.y)))
		told["pcm"] = [pcm.sample_rate, frames.size(), loudest]
		pcm.free()
		print(JSON.print(told))
		messages.free()
		quit(0)

func hear():
	var waiting = socket.get_available_bytes()
	if waiting > 0:
		heard += socket.get_data(waiting)[1].get_string_from_utf8()
	var lines = heard.split("\n")
	heard = lines[lines.size() - 1]
	for i in range(lines.size() - 1):
		messages.take(JSON.parse(lines[i]).result, lines[i])

func _on_greeted(hello):
	told["preset"] = hello["preset"]

func _on_beat(bar, beat, section, _tempo_bpm):
	told["beat"] = {"position": "%d.%d.0" % [bar, beat], "bar": bar, "beat": beat, "section": section}

func _on_bar(bar, _section):
	told["last_bar"] = bar

func _on_receipt(id, status, _reason):
	if id == "hit" and status == "finished":
		told["receipt"] = {"status": status, "rule": "stingers.hit"}
		messages.ask({"event": "hitt"}, "wrong")
	elif id == "back" and status in ["finished", "failed", "dropped"]:
		told["restored"] = {"status": status}

func _on_refused(id, sentence):
	told["early" if id == "early" else "refused"] = sentence
	if id == "wrong":
		messages.ask({"save": true}, "slot")

func _on_saved(_id, text):
	told["saved"] = JSON.parse(text).result
	messages.restore(text, "back")

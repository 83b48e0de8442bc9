extends Node
# The autoload `Adaptive`, for Godot 4.
#
#     func _ready():
#         Adaptive.beat.connect(func(bar, beat, section, tempo_bpm): flash(bar, beat))
#         Adaptive.receipt.connect(func(id, status, reason): print(id, status, reason))
#         Adaptive.start_engine("adaptive", "nightfall", "Music") # or connect_to("127.0.0.1", 9001)
#
#     func _process(_delta):
#         Adaptive.set_parameter("intensity", threat)
#
# Signals are emitted on the main thread, in `_process`.

signal connected(hello)
signal lost
signal beat(bar, beat_in_bar, section, tempo_bpm)
signal bar(bar, section)
signal section(name)
signal receipt(id, status, reason)
signal saved(id, text)
signal refused(id, sentence)

const Messages = preload("messages.gd")
const Player = preload("player.gd")
const RETRY_S := 0.5
const LONGEST_LINE := 4194304

var messages = Messages.new()
var pid := -1

var _player: Player
var _socket := StreamPeerTCP.new()
var _host := ""
var _port := 0
var _wait_s := 0.0
var _heard := PackedByteArray()


func _init() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS # the music goes on while the game is paused
	messages.greeted.connect(func(hello): connected.emit(hello))
	messages.beat.connect(func(b, i, at, bpm): beat.emit(b, i, at, bpm))
	messages.bar.connect(func(b, at): bar.emit(b, at))
	messages.section.connect(func(at): section.emit(at))
	messages.receipt.connect(func(id, status, reason): receipt.emit(id, status, reason))
	messages.saved.connect(func(id, text): saved.emit(id, text))
	messages.refused.connect(func(id, sentence): refused.emit(id, sentence))


func _notification(what: int) -> void:
	if what == NOTIFICATION_EXIT_TREE:
		end_engine()
	elif what == NOTIFICATION_PREDELETE:
		messages.free()


# Starts the engine as a process, on free ports, and connects to it.  It ends with the game, also
# if the game crashes.  The first start on a machine compiles for up to a minute, before `connected`.
# With the name of an audio bus, the music plays there; else the engine opens the sound card.
func start_engine(
		program: String, preset: String, bus := "", options := PackedStringArray()) -> Error:
	end_engine()
	var tcp := _free_port()
	var http := _free_port()
	var words := PackedStringArray(["play", preset, "--exit-with-parent", "--osc", "127.0.0.1:0"])
	words.append_array(["--tcp", "127.0.0.1:%d" % tcp, "--http", "127.0.0.1:%d" % http])
	if bus != "":
		words.append_array(["--sink", "pcm"])
	words.append_array(options)
	pid = OS.create_process(ProjectSettings.globalize_path(program), words)
	if pid == -1:
		return ERR_CANT_FORK
	if bus != "":
		_player = Player.new()
		_player.bus = bus
		add_child(_player)
		_player.connect_to("127.0.0.1", http)
	return connect_to("127.0.0.1", tcp)


func end_engine() -> void:
	disconnect_from_engine()
	if _player != null:
		_player.queue_free()
		_player = null
	if pid != -1:
		OS.kill(pid)
		pid = -1


# Connects to an engine that runs, and again whenever the connection is lost.
func connect_to(host: String, port: int) -> Error:
	disconnect_from_engine()
	_host = host
	_port = port
	return _socket.connect_to_host(host, port)


func disconnect_from_engine() -> void:
	_host = ""
	_lose()


func set_parameter(parameter: String, value: float) -> void:
	messages.set_parameter(parameter, value)


func set_state(group: String, value: String) -> void:
	messages.set_state(group, value)


# Fires an event; returns the id under which `receipt` comes, or `refused`.
func trigger(event: String, velocity := 1.0, id := "") -> String:
	return messages.ask({"event": event, "velocity": velocity}, id)


# Asks for the state of the music; `saved` gives it as text.
func save_music(id := "") -> String:
	return messages.ask({"save": true}, id)


func restore_music(text: String, id := "") -> String:
	return messages.restore(text, id)


# Puts any other request of the protocol; returns its id.
func ask(request: Dictionary, id := "") -> String:
	return messages.ask(request, id)


func _process(delta: float) -> void:
	if _host == "":
		return
	_socket.poll()
	var status := _socket.get_status()
	if status == StreamPeerTCP.STATUS_CONNECTED:
		_hear()
		for request in messages.take_requests():
			var line: String = request if request is String else JSON.stringify(request)
			_socket.put_data((line + "\n").to_utf8_buffer())
	elif status != StreamPeerTCP.STATUS_CONNECTING:
		_lose()
		_wait_s += delta
		if _wait_s >= RETRY_S:
			_wait_s = 0.0
			_socket.connect_to_host(_host, _port)


func _hear() -> void:
	var waiting := _socket.get_available_bytes()
	if waiting > 0:
		_heard.append_array(_socket.get_data(waiting)[1])
	var end := _heard.find(10)
	while end != -1:
		var line := _heard.slice(0, end).get_string_from_utf8()
		_heard = _heard.slice(end + 1)
		end = _heard.find(10)
		var message = JSON.parse_string(line)
		if message is Dictionary:
			messages.take(message, line)
	if _heard.size() > LONGEST_LINE:
		_lose()


func _lose() -> void:
	var was_ready: bool = messages.is_ready
	_socket.disconnect_from_host()
	_heard.clear()
	messages.lose()
	if was_ready:
		lost.emit()


func _free_port() -> int:
	var server := TCPServer.new()
	server.listen(0, "127.0.0.1")
	var port := server.get_local_port()
	server.stop()
	return port

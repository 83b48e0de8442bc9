extends AudioStreamPlayer
# Plays the engine's samples on the bus of this player, for Godot 4.
#
# The engine runs on the system's clock and the sound card on its own: they drift apart by about a
# tenth of a second in an hour.  What waits beyond 200 ms is dropped down to 40 ms, which is heard.

const Pcm = preload("pcm.gd")
const RETRY_S := 0.5
const MOST_WAITING_S := 0.2
const LEFT_WAITING_S := 0.04

var pcm = Pcm.new()

var _host := ""
var _port := 0
var _wait_s := 0.0
var _waiting: Array = []


func _init() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE:
		pcm.free()


func connect_to(host: String, port: int) -> void:
	_host = host
	_port = port
	pcm.connect_to(host, port)


func _process(delta: float) -> void:
	if _host == "":
		return
	_waiting.append_array(pcm.take_frames())
	if pcm.is_lost():
		_wait_s += delta
		if _wait_s >= RETRY_S:
			_wait_s = 0.0
			pcm.connect_to(_host, _port)
		return
	if pcm.sample_rate == 0:
		return
	if not playing:
		var generator := AudioStreamGenerator.new()
		generator.mix_rate = pcm.sample_rate
		generator.buffer_length = 0.1
		stream = generator
		play()
	var playback: AudioStreamGeneratorPlayback = get_stream_playback()
	var count := mini(playback.get_frames_available(), _waiting.size())
	playback.push_buffer(PackedVector2Array(_waiting.slice(0, count)))
	_waiting = _waiting.slice(count)
	if _waiting.size() > MOST_WAITING_S * pcm.sample_rate:
		_waiting = _waiting.slice(_waiting.size() - int(LEFT_WAITING_S * pcm.sample_rate))
